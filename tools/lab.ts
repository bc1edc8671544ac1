// `npm run lab`: the four parties in network namespaces, a match on air between them, and a picture each second.
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { createLogUpdate } from "log-update";
import { ms, sentenceOf } from "#base";
import { systemClock } from "#base/clock";
import { type Chain, startChain } from "../test/support/lab/chain.ts";
import { italy } from "../test/support/lab/italy.ts";
import { type Lab, openLab } from "../test/support/lab/lab.ts";
import { whyNoLab } from "../test/support/lab/shell.ts";

interface Typed {
  readonly words: string;
  readonly says: string;
  readonly act: (stage: { lab: Lab; chain: Chain }, words: readonly string[]) => unknown;
}

/** What a person may type, by its first word; the rest is one name, or a name and a number. */
const commands: Readonly<Record<string, Typed>> = {
  cut: {
    words: "cut namex | namex/12874 | vodafone-mi",
    says: "an exchange, a port or an interconnect loses its line; traffic goes another way",
    act: ({ lab }, words) => lab.cut(words.join(" ")),
  },
  restore: {
    words: "restore namex",
    says: "it is there again",
    act: ({ lab }, words) => lab.restore(words.join(" ")),
  },
  port: {
    words: "port namex/12874 5",
    says: "another speed of a wire, Mb/s",
    act: ({ lab }, [id = "", mbps]) => lab.setPort(id, { mbps: Number(mbps) }),
  },
  limit: {
    words: "limit fastweb 10",
    says: "what a network wants delivered at most, Mb/s; 0: no limit",
    act: ({ chain }, [id = "", mbps]) => chain.setLimit(id, Number(mbps) || null),
  },
  caches: {
    words: "caches fastweb 5",
    says: "what may be delegated to a network's own caches at most, Mb/s; 0: no limit",
    act: ({ chain }, [id = "", mbps]) => chain.setCachesLimit(id, Number(mbps) || null),
  },
  kill: {
    words: "kill edge roma",
    says: "a process dies at once",
    act: ({ lab }, words) => lab.kill(words.join(" ")),
  },
  freeze: {
    words: "freeze edge roma, thaw edge roma",
    says: "a process hangs, and goes on",
    act: ({ lab }, words) => lab.freeze(words.join(" ")),
  },
  thaw: { words: "", says: "", act: ({ lab }, words) => lab.thaw(words.join(" ")) },
};

const teaching = `npm run lab [-- OPTIONS]

The four parties of a match on this machine, each in a network namespace of its own, with real addresses, real routes and
the kernel's own counters: two exchanges as bridges, a transit network, the CDN with a site at each exchange, and three
Italian access networks. A test signal is on air; viewers come from the access networks' addresses. Needs root.

  --viewers N      of each access network (default 20; 0: none)
  --for SECONDS    ends by itself (default: until Ctrl-C)
  --directors N    that share the audience (default 1)
  --plain          a picture after the other instead of one that is rewritten
  --help           this

While it runs, in another terminal (N is the lab's number, in the picture's first line):
  ip netns list                                      everybody's namespace: regN-fastweb, regN-namex, …
  ip netns exec regN-fastweb-homes curl http://185.45.209.10:8091/match/live.mpd
                                                     as a subscriber of Fastweb sees the edge in Rome
  ip -n regN-fastweb route                           how Fastweb reaches everybody
  curl http://198.18.N.3:8085/exchange               operators' doors: any station's management address (listed at the start)

What you type here happens in the lab:
${Object.values(commands)
  .filter(({ words }) => words !== "")
  .map(({ words, says }) => `  ${words.padEnd(34)} ${says}`)
  .join("\n")}

Ctrl-C takes everything down. What a killed lab left is removed by the next one. Plays: test/lab, docs/operating/lab.md.`;

const PICTURE_PERIOD_MS = ms(1_000);

const { values } = parseArgs({
  options: {
    viewers: { type: "string", default: "20" },
    for: { type: "string" },
    directors: { type: "string", default: "1" },
    plain: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(teaching);
else {
  const why = whyNoLab();
  if (why === null) await run();
  else {
    console.error(`lab: ${why}`);
    process.exitCode = 1;
  }
}

async function run(): Promise<void> {
  const ended = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => ended.abort());
  const lab = await openLab(italy);
  try {
    console.log(`lab ${lab.names.number} is built; starting the chain (some seconds) …`);
    const chain = await startChain(lab, { directors: Number(values.directors) });
    console.log(doorsOf(lab, chain));
    if (Number(values.viewers) > 0)
      await Promise.all(
        italy.networks.map(({ id }, index) =>
          lab.viewers({
            ...{ network: id, count: Number(values.viewers) },
            ...{ directors: chain.directors, seed: index + 1 },
          }),
        ),
      );
    if (values.for !== undefined)
      systemClock.after(ms(Number(values.for) * 1_000), () => ended.abort());
    const said = hear({ lab, chain });
    await show(lab, { signal: ended.signal, said });
  } finally {
    console.log("taking the lab down …");
    await lab.close();
  }
}

function doorsOf(lab: Lab, { directors }: Chain): string {
  const rows = lab.processes.map(
    ({ id, station, pid, url, door }) =>
      `  ${id.padEnd(18)} ${station.padEnd(14)} ${url.padEnd(28)} ${door.padEnd(26)} pid ${pid}`,
  );
  return [
    "what               where          address                      operators' door",
    ...rows,
    `directors for viewers: ${directors.join(", ")}`,
    "",
  ].join("\n");
}

/** Does what is typed; what came of it is the last line of the pictures. */
function hear(stage: { lab: Lab; chain: Chain }): () => string {
  let said = "type a command (npm run lab -- --help lists them)";
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    const [name = "", ...words] = line.trim().split(/\s+/);
    const command = commands[name];
    const act = async (): Promise<unknown> => {
      if (command) return command.act(stage, words);
      throw new Error(`not one of ${Object.keys(commands).join(", ")}`);
    };
    act().then(
      () => (said = `${line}: done`),
      (failure: unknown) => (said = `${line}: ${sentenceOf(failure)}`),
    );
  });
  stage.lab.onClose(() => lines.close());
  return () => said;
}

/** A picture a second until the signal. */
async function show(
  lab: Lab,
  { signal, said }: { signal: AbortSignal; said: () => string },
): Promise<void> {
  const rewrite = process.stdout.isTTY && !values.plain ? createLogUpdate(process.stdout) : null;
  while (!signal.aborted) {
    const picture = `${await lab.picture()}\n> ${said()}`;
    if (rewrite) rewrite(picture);
    else console.log(`${picture}\n`);
    await systemClock.sleep(PICTURE_PERIOD_MS, signal);
  }
  rewrite?.done();
}
