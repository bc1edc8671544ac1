import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { startSupervisor, type Supervisor } from "./supervisor.ts";

const context = { clock: systemClock, log: silentLog };

/**
 * A stand-in for an edge process: answers each connection with its pid, after the word that the connection brings is done.
 * While the file BROKEN exists it cannot start. It notes how it was told to leave in the file LEFT.
 */
const STAND_IN = `
const { createServer } = require("node:net");
const { existsSync, appendFileSync } = require("node:fs");
if (existsSync(process.env.BROKEN)) {
  process.send({ failed: { why: "the play broke it" } }, () => process.exit(1));
} else {
  let pending = 0, leaving = false, listening = 0;
  const count = Number(process.env.REGISTA_LISTEN_FDS);
  const end = () => leaving && pending === 0 && process.exit(0);
  const servers = [];
  for (let fd = 3; fd < 3 + count; fd++) {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      pending++;
      socket.on("error", () => undefined);
      socket.on("close", () => (pending--, end()));
      socket.on("data", (word) => {
        if (String(word) === "crash") process.exit(3);
        if (String(word) === "roll") process.send({ roll: { why: "the play" } });
        if (String(word) !== "wait") socket.end(String(process.pid));
        else process.on("message", () => setTimeout(() => socket.end(String(process.pid)), 50));
      });
    });
    servers.push(server);
    server.listen({ fd }, 4096, () => ++listening === count && process.send({ ready: { url: "http://127.0.0.1:" + server.address().port } }));
  }
  const leave = (how) => {
    if (leaving) return;
    leaving = true;
    appendFileSync(process.env.LEFT, how + " ");
    for (const server of servers) server.close();
    end();
  };
  process.on("message", ({ drain }) => leave(drain.kind));
  process.on("disconnect", () => leave("orphan"));
}
`;

interface Stage {
  supervisor: Supervisor;
  port: number;
  broken: string;
  left: string;
}

async function stage(t: TestContext, { sockets = 1, drainMs = 5_000 } = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "regista-"));
  const [broken, left] = [join(folder, "broken"), join(folder, "left")];
  const supervisor = await startSupervisor(
    {
      host: "127.0.0.1",
      port: 0,
      sockets,
      drainMs,
      command: {
        words: [process.execPath, "-e", STAND_IN],
        env: { BROKEN: broken, LEFT: left },
      },
    },
    context,
  );
  t.after(async () => {
    await supervisor.close();
    rmSync(folder, { recursive: true });
  });
  return { supervisor, port: Number(new URL(supervisor.url).port), broken, left };
}

/** What a connection that says `word` is answered: a pid. Rejects when it is refused or reset. */
async function ask(port: number, word = "pid"): Promise<number> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("utf8").on("data", (text: string) => (answer += text));
  socket.write(word);
  await once(socket, "end");
  socket.end();
  return Number(answer);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await systemClock.sleep(ms(2));
}

test("an edge process that is killed is replaced at once, and who asks meanwhile waits and is answered", async (t) => {
  const { supervisor, port } = await stage(t);
  const first = await ask(port);
  assert.equal(first, supervisor.edgePid);
  process.kill(first, "SIGKILL");
  const answers = await Promise.all(Array.from({ length: 200 }, () => ask(port)));
  assert.ok(answers.every((pid) => pid === supervisor.edgePid && pid !== first));
  assert.equal(supervisor.counters.crashes, 1);
});

test("with several sockets every connection is answered, whichever one it came to", async (t) => {
  const { supervisor, port } = await stage(t, { sockets: 3 });
  process.kill(await ask(port), "SIGKILL");
  const answers = await Promise.all(Array.from({ length: 100 }, () => ask(port)));
  assert.ok(answers.every((pid) => pid === supervisor.edgePid));
});

test("a roll puts a new process in place, and the old one finishes what it has under way", async (t) => {
  const { supervisor, port, left } = await stage(t);
  const old = await ask(port);
  const underWay = ask(port, "wait");
  await systemClock.sleep(ms(20));
  await supervisor.roll();
  assert.notEqual(supervisor.edgePid, old);
  assert.equal(await underWay, old);
  assert.equal(await ask(port), supervisor.edgePid);
  assert.throws(() => process.kill(old, 0), { code: "ESRCH" });
  await supervisor.close();
  assert.equal(readFileSync(left, "utf8"), "handover end ");
});

test("a new process that does not start is told, and the old one stays", async (t) => {
  const { supervisor, port, broken } = await stage(t);
  const old = await ask(port);
  writeFileSync(broken, "");
  await assert.rejects(supervisor.roll(), {
    code: "edge/did-not-start",
    message: /the play broke it/,
  });
  assert.equal(await ask(port), old);
  rmSync(broken);
  await supervisor.roll();
  assert.deepEqual(supervisor.counters, { rolls: 1, crashes: 0, refused: 1 });
});

test("rolls asked for while one is under way are one more roll", async (t) => {
  const { supervisor, port } = await stage(t);
  const before = await ask(port);
  await Promise.all([supervisor.roll(), supervisor.roll(), supervisor.roll()]);
  assert.notEqual(await ask(port), before);
  assert.deepEqual(supervisor.counters, { rolls: 2, crashes: 0, refused: 0 });
});

test("an edge process that asks for a successor gets one, and serves until then", async (t) => {
  const { supervisor, port } = await stage(t);
  const old = await ask(port);
  assert.equal(await ask(port, "roll"), old);
  await until(() => supervisor.edgePid !== old);
  assert.equal(await ask(port), supervisor.edgePid);
});

test("a crash loop is slowed, and ends when its cause does", async (t) => {
  const { supervisor, port, broken } = await stage(t);
  writeFileSync(broken, "");
  const waiting = ask(port, "crash").catch(() => 0);
  await until(() => supervisor.counters.crashes === 1);
  await waiting;
  const start = systemClock.monotonic();
  const answer = ask(port);
  await systemClock.sleep(ms(250));
  rmSync(broken);
  assert.equal(await answer, supervisor.edgePid);
  assert.ok(systemClock.monotonic() - start < 5_000);
});

test("a process that does not leave within its drain limit is ended", async (t) => {
  const { supervisor, port } = await stage(t, { drainMs: 50 });
  const old = await ask(port);
  process.kill(old, "SIGSTOP");
  const start = systemClock.monotonic();
  await supervisor.roll();
  assert.ok(systemClock.monotonic() - start < 4_000);
  assert.throws(() => process.kill(old, 0), { code: "ESRCH" });
});

test("closing leaves no process and no socket behind, once or twice, also in the middle of a roll", async (t) => {
  const { supervisor, port } = await stage(t);
  const pid = await ask(port);
  const roll = supervisor.roll().catch(() => undefined);
  await Promise.all([supervisor.close(), supervisor.close(), roll]);
  assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  await assert.rejects(ask(port), { code: "ECONNREFUSED" });
});

test("a port that is taken is named, also when another supervisor has it", async (t) => {
  const { supervisor, port } = await stage(t);
  const second = { host: "127.0.0.1", port, sockets: 1, command: { words: ["false"] as [string] } };
  await assert.rejects(startSupervisor(second, context), { code: "http/port-taken" });
  await supervisor.close();
  const squatter = createServer().listen(port, "127.0.0.1");
  await once(squatter, "listening");
  t.after(() => squatter.close());
  await assert.rejects(startSupervisor(second, context), { code: "http/port-taken" });
  await assert.rejects(startSupervisor({ ...second, host: "no.such.host.invalid" }, context), {
    code: "http/cannot-listen",
  });
});

test("a first process that cannot start ends the supervisor with its reason", async () => {
  const command = { words: [process.execPath, "-e", "process.exit(7)"] as [string, ...string[]] };
  await assert.rejects(
    startSupervisor({ host: "127.0.0.1", port: 0, sockets: 1, command }, context),
    { code: "edge/did-not-start", message: /status 7/ },
  );
  const missing = { words: [join(tmpdir(), "no-such-program")] as [string] };
  assert.equal(existsSync(missing.words[0]), false);
  await assert.rejects(
    startSupervisor({ host: "127.0.0.1", port: 0, sockets: 1, command: missing }, context),
    { code: "edge/did-not-start", message: /ENOENT/ },
  );
});
