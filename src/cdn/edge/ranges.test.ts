import assert from "node:assert/strict";
import { test } from "node:test";
import { kept, eventually, upstream, edgeOf, clientOf, Viewer, growing } from "./stage.ts";

test("ranges of a stored object, and of one that grows", async (t) => {
  const play = growing();
  const edge = await edgeOf(t, await upstream(t, play.handler));
  const client = clientOf(t);
  const url = `${edge.url}/o.m4s`;
  const ask = (range: string): Viewer => new Viewer(client, url, [["Range", range]]);
  const growingOnes = ["bytes=2-4", "bytes=4-999999999999", "bytes=3-", "bytes=-2"].map(ask);
  const [closed, veryLarge, open, suffix] = growingOnes as [Viewer, Viewer, Viewer, Viewer];
  await eventually(() => open.status === 200 && suffix.status === 200);
  play.body?.write(Buffer.from("012"));
  play.body?.write(Buffer.from("3456"));
  await eventually(() => closed.ended);
  assert.deepEqual(
    [closed.status, closed.got, closed.headers?.get("content-range")],
    [206, "234", "bytes 2-4/*"],
  );
  play.body?.write(Buffer.from("789"));
  const beyond = ask("bytes=10-20");
  const later = new Viewer(client, url);
  await eventually(() => later.got === "0123456789");
  play.body?.end();
  await eventually(() => beyond.ended);
  assert.deepEqual([beyond.status, beyond.headers?.get("content-range")], [416, "bytes */10"]);
  await eventually(() => growingOnes.every((viewer) => viewer.ended));
  assert.deepEqual([veryLarge.status, veryLarge.got], [206, "456789"]);
  assert.deepEqual([open.status, open.got], [200, "0123456789"]);
  assert.deepEqual([suffix.status, suffix.got], [200, "0123456789"]);

  const stored = [
    "bytes=2-4",
    "bytes=8-99",
    "bytes=7-",
    "bytes=-2",
    "bytes=10-",
    "bytes=0-1,3-4",
  ].map(ask);
  await eventually(() => stored.every((viewer) => viewer.ended));
  assert.deepEqual(
    stored.map((viewer) => [viewer.status, viewer.got, viewer.headers?.get("content-range")]),
    [
      [206, "234", "bytes 2-4/10"],
      [206, "89", "bytes 8-9/10"],
      [206, "789", "bytes 7-9/10"],
      [206, "89", "bytes 8-9/10"],
      [416, "", "bytes */10"],
      [200, "0123456789", undefined],
    ],
  );
  assert.equal(play.asked, 1);
});

test("a viewer who has the object already is told so, by strong and weak names", async (t) => {
  const server = await upstream(t, (_request, reply) =>
    reply.send(200, [kept, ["ETag", '"a,b"']], "whole"),
  );
  const edge = await edgeOf(t, server);
  const client = clientOf(t);
  const statuses: number[] = [];
  for (const tags of ['"a,b"', '"x", W/"a,b"', "*", '"other"']) {
    const answer = await client.fetch({
      method: "GET",
      url: `${edge.url}/o`,
      headers: [["If-None-Match", tags]],
    });
    statuses.push(answer.status);
  }
  assert.deepEqual(statuses, [304, 304, 304, 200]);
});

test("HEAD is answered from the same fetch, without a body", async (t) => {
  const server = await upstream(t, (request, reply) => {
    assert.equal(request.method, "GET");
    reply.send(200, [kept], "whole");
  });
  const edge = await edgeOf(t, server);
  const client = clientOf(t);
  for (let round = 0; round < 2; round++) {
    const answer = await client.fetch({ method: "HEAD", url: `${edge.url}/o` });
    assert.deepEqual(
      [answer.status, answer.headers.get("content-length"), answer.body.length],
      [200, "5", 0],
    );
  }
});
