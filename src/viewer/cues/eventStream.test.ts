import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EventStreamReader, type StreamEvent } from "./index.ts";
import { EVENT_TEXT_LIMIT } from "./limits.ts";

function read(...pieces: string[]): { events: StreamEvent[]; reader: EventStreamReader } {
  const events: StreamEvent[] = [];
  const reader = new EventStreamReader((event) => events.push(event));
  for (const piece of pieces) reader.take(piece);
  return { events, reader };
}

test("the examples of the HTML Standard read as it says", () => {
  assert.deepEqual(
    read("data: YHOO\ndata: +2\ndata: 10\n\n").events.map(({ data }) => data),
    ["YHOO\n+2\n10"],
  );
  assert.deepEqual(
    read(
      ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
    ).events,
    [
      { id: "1", event: "message", data: "first event" },
      { id: "", event: "message", data: "second event" },
      { id: "", event: "message", data: " third event" },
    ],
  );
  assert.deepEqual(
    read("data\n\ndata\ndata\n\ndata:").events.map(({ data }) => data),
    ["", "\n"],
  );
});

test("an event's name and number go with it, and the number stays for the next", () => {
  const { events, reader } = read("retry: 1500\nid: 7\nevent: cue\ndata: a\n\ndata: b\n\n");
  assert.deepEqual(events, [
    { id: "7", event: "cue", data: "a" },
    { id: "7", event: "message", data: "b" },
  ]);
  assert.equal(reader.retryMs, 1_500);
});

test("what the stream leaves unfinished is not told, nor is a number with a NUL", () => {
  assert.deepEqual(read("id: 1\0\ndata: a\n").events, []);
  assert.equal(read("id: 1\0\ndata: a\n\n").events[0]?.id, "");
});

test("an event beyond the limit is passed over and counted, the next is read", () => {
  const long = `data: ${"x".repeat(EVENT_TEXT_LIMIT)}\n\n`;
  const many = `${"data: xxxxxxxx\n".repeat(EVENT_TEXT_LIMIT / 8)}\n`;
  const pieces = Array.from({ length: 100 }, () => "y".repeat(EVENT_TEXT_LIMIT / 50));
  const { events, reader } = read(long, many, ...pieces, "\n\n", "data: a\n\n");
  assert.deepEqual(
    events.map(({ data }) => data),
    ["a"],
  );
  assert.equal(reader.tooLong, 3);
});

test("ten thousand streams read the same however they are cut, with any line ends", () => {
  const line = fc.constantFrom(
    "data: a",
    "data:b",
    "id: 3",
    "event: cue",
    ": note",
    "retry: 9",
    "",
  );
  const streams = fc.record({
    lines: fc.array(fc.tuple(line, fc.constantFrom("\n", "\r", "\r\n")), { maxLength: 12 }),
    noise: fc.string({ maxLength: 6 }),
    cuts: fc.array(fc.nat(60), { maxLength: 5 }),
  });
  for (const { lines, noise, cuts } of fc.sample(streams, { seed: 5, numRuns: 10_000 })) {
    const text = `\uFEFF${lines.map((pair) => pair.join("")).join("")}${noise}\n\n`;
    const at = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b)];
    const pieces = at.map((from, index) => text.slice(from, at[index + 1] ?? text.length));
    assert.deepEqual(read(...pieces).events, read(text).events);
    const unified = text.replaceAll(/\r\n|\r/g, "\n");
    assert.deepEqual(read(text).events, read(unified).events);
  }
});
