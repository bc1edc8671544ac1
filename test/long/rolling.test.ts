// An edge of two threads that is rolled again and again while viewers come, stay and wait.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { ms } from "#base";
import { systemClock } from "#base/clock";
import { silentLog } from "#base/log";
import { HttpClient, serve } from "#http";
import { Command } from "../support/command.ts";
import { descendants } from "../support/processTree.ts";

const clock = systemClock;
const ROLLS = 10;
const WHOLE = Buffer.alloc(2_000, "w").toString();
const HEAD = "GET /o HTTP/1.1\r\nHost: play\r\nConnection: close\r\n\r\n";

/** What stays wrong; empty when all is well. */
async function askOnce(port: number, from: string): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", localAddress: from });
  let text = "";
  socket.setEncoding("latin1").on("data", (more: string) => (text += more));
  socket.write(HEAD);
  try {
    await once(socket, "end");
    return text.endsWith(`\r\n\r\n${WHOLE}`) ? "" : `not whole: ${text.length} bytes`;
  } catch (failure) {
    return (failure as NodeJS.ErrnoException).code ?? "broke";
  } finally {
    socket.destroy();
  }
}

test("ten rolls of two threads: nobody new is refused or reset, who stays is served on, and one process is left", async (t) => {
  const origin = await serve(
    {
      port: 0,
      handler: (_request, reply) =>
        reply.send(200, [["Cache-Control", "public, max-age=60"]], WHOLE),
    },
    { clock, log: silentLog },
  );
  t.after(() => origin.close());
  const words = ["edge", "--port", "0", "--workers", "2", "--upstreams", origin.url];
  const edge = new Command(words);
  t.after(async () => {
    edge.child.kill("SIGTERM");
    await edge.ended();
  });
  await edge.says("edge listens at ");
  const port = Number(/listens at http:\/\/[\d.]+:(\d+)/.exec(edge.output)?.[1]);
  const client = new HttpClient({ clock, log: silentLog }, { connectionsPerHost: 100 });
  t.after(() => client.close());
  const run = { over: false, fresh: 0, kept: 0 };
  const wrong: string[] = [];
  const comes = async (number: number): Promise<void> => {
    while (!run.over) {
      run.fresh++;
      const how = await askOnce(port, `127.0.0.${2 + (number % 50)}`);
      if (how !== "") wrong.push(how);
    }
  };
  const stays = async (): Promise<void> => {
    while (!run.over) {
      run.kept++;
      const url = `http://127.0.0.1:${port}/o`;
      const answer = await client.fetch({ method: "GET", url }).catch((failure: Error) => failure);
      if (answer instanceof Error) wrong.push(answer.message);
      else if (answer.body.length !== WHOLE.length) wrong.push("not whole");
      await clock.sleep(ms(100));
    }
  };
  const viewers = [
    ...Array.from({ length: 24 }, (_, number) => comes(number)),
    ...Array.from({ length: 50 }, stays),
  ];
  for (let roll = 0; roll < ROLLS; roll++) {
    const [old] = descendants(edge.pid).keys();
    process.kill(edge.pid, "SIGHUP");
    const serves = (pid = old): boolean => descendants(edge.pid).has(pid as number);
    while (serves()) await clock.sleep(ms(20));
  }
  run.over = true;
  await Promise.all(viewers);
  t.diagnostic(`${run.fresh} fresh connections, ${run.kept} requests of those who stayed`);
  assert.deepEqual(wrong.slice(0, 5), [], `${wrong.length} went wrong`);
  assert.equal(descendants(edge.pid).size, 1);
});
