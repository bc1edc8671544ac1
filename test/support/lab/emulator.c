// A wire between two network namespaces with delay, jitter and loss, for kernels without netem: a TAP interface at each
// end, and between them a queue each way. Packets keep their order.
//
//   emulator NS_A DEVICE_A NS_B DEVICE_B DELAY_US JITTER_US LOSS_PPM SEED
//
// It says "ready" when both interfaces are there. A line "DELAY_US JITTER_US LOSS_PPM" on its input changes the wire; a
// line "?" is answered with "passed lost dropped" of A to B and of B to A. It ends with its input, and with its parent.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { QUEUE_PACKETS = 16384, FRAME_BYTES = 1600, READ_AT_ONCE = 64, LINE_BYTES = 128 };
static const uint64_t SECOND_NS = 1000000000ull;

struct packet {
  uint64_t due;
  int length;
  unsigned char bytes[FRAME_BYTES];
};

// One direction: what came in at `from` leaves at `to` when it is due.
struct way {
  int from, to;
  struct packet *ring;
  unsigned head, tail;
  uint64_t random, last_due;
  uint64_t passed, lost, dropped;
};

static uint64_t delay_ns, jitter_ns, loss_ppm;

static uint64_t now_ns(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (uint64_t)at.tv_sec * SECOND_NS + (uint64_t)at.tv_nsec;
}

static void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static int open_tap(const char *space, const char *device) {
  char path[256];
  snprintf(path, sizeof path, "/var/run/netns/%s", space);
  int namespace = open(path, O_RDONLY | O_CLOEXEC);
  if (namespace < 0 || setns(namespace, CLONE_NEWNET) != 0) fail(space);
  close(namespace);
  int tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (tap < 0) fail("/dev/net/tun");
  struct ifreq request = {0};
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  snprintf(request.ifr_name, IFNAMSIZ, "%s", device);
  if (ioctl(tap, TUNSETIFF, &request) != 0) fail(device);
  return tap;
}

// xorshift64*: seeded, one stream a direction.
static uint64_t next_random(struct way *way) {
  way->random ^= way->random >> 12;
  way->random ^= way->random << 25;
  way->random ^= way->random >> 27;
  return (way->random * 2685821657736338717ull) >> 16;
}

static void take_in(struct way *way, uint64_t now) {
  for (int count = 0; count < READ_AT_ONCE; count++) {
    static struct packet spare;
    unsigned next = (way->tail + 1) % QUEUE_PACKETS;
    int full = next == way->head;
    struct packet *packet = full ? &spare : &way->ring[way->tail];
    packet->length = (int)read(way->from, packet->bytes, FRAME_BYTES);
    if (packet->length <= 0) return;
    if (next_random(way) % 1000000 < loss_ppm) {
      way->lost++;
      continue;
    }
    if (full) {
      way->dropped++;
      continue;
    }
    uint64_t due = now + delay_ns + (jitter_ns ? next_random(way) % jitter_ns : 0);
    packet->due = way->last_due = due > way->last_due ? due : way->last_due;
    way->tail = next;
  }
}

static void let_out(struct way *way, uint64_t now) {
  while (way->head != way->tail && way->ring[way->head].due <= now) {
    struct packet *packet = &way->ring[way->head];
    if (write(way->to, packet->bytes, (size_t)packet->length) < 0) way->dropped++;
    else way->passed++;
    way->head = (way->head + 1) % QUEUE_PACKETS;
  }
}

static void obey(const char *line, const struct way *ways) {
  unsigned long long delay, jitter, loss;
  if (line[0] == '?') {
    for (int at = 0; at < 2; at++)
      printf("%llu %llu %llu%c", (unsigned long long)ways[at].passed,
             (unsigned long long)ways[at].lost, (unsigned long long)ways[at].dropped,
             at ? '\n' : ' ');
    fflush(stdout);
  } else if (sscanf(line, "%llu %llu %llu", &delay, &jitter, &loss) == 3) {
    delay_ns = delay * 1000;
    jitter_ns = jitter * 1000;
    loss_ppm = loss;
  }
}

static void hear(const struct way *ways) {
  static char line[LINE_BYTES];
  static size_t length;
  char words[LINE_BYTES];
  ssize_t count = read(STDIN_FILENO, words, sizeof words);
  if (count <= 0) exit(0);
  for (ssize_t at = 0; at < count; at++) {
    if (words[at] == '\n') {
      line[length] = 0;
      length = 0;
      obey(line, ways);
    } else if (length + 1 < sizeof line) line[length++] = words[at];
  }
}

int main(int count, char **words) {
  if (count != 9) {
    fprintf(stderr, "usage: emulator NS DEVICE NS DEVICE DELAY_US JITTER_US LOSS_PPM SEED\n");
    return 2;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_TIMERSLACK, 1);
  int taps[2] = {open_tap(words[1], words[2]), open_tap(words[3], words[4])};
  struct way ways[2] = {{.from = taps[0], .to = taps[1]}, {.from = taps[1], .to = taps[0]}};
  for (int at = 0; at < 2; at++) {
    ways[at].ring = calloc(QUEUE_PACKETS, sizeof(struct packet));
    if (!ways[at].ring) fail("memory");
    ways[at].random = (strtoull(words[8], NULL, 10) * 2 + (uint64_t)at + 1) * 0x9e3779b97f4a7c15ull;
  }
  char line[LINE_BYTES];
  snprintf(line, sizeof line, "%s %s %s", words[5], words[6], words[7]);
  obey(line, ways);
  puts("ready");
  fflush(stdout);
  for (;;) {
    uint64_t now = now_ns(), wake = now + SECOND_NS;
    for (int at = 0; at < 2; at++) {
      let_out(&ways[at], now);
      if (ways[at].head != ways[at].tail && ways[at].ring[ways[at].head].due < wake)
        wake = ways[at].ring[ways[at].head].due;
    }
    struct pollfd polled[3] = {
        {taps[0], POLLIN, 0}, {taps[1], POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
    struct timespec wait = {(time_t)((wake - now) / SECOND_NS), (long)((wake - now) % SECOND_NS)};
    if (ppoll(polled, 3, &wait, NULL) < 0 && errno != EINTR) fail("ppoll");
    now = now_ns();
    for (int at = 0; at < 2; at++)
      if (polled[at].revents & POLLIN) take_in(&ways[at], now);
    if (polled[2].revents) hear(ways);
  }
}
