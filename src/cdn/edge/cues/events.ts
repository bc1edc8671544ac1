// Server-sent events as bytes (WHATWG HTML 9.2.5), framed once as a transfer chunk for all who are told alike.
import { frameChunk, type HeaderList, corsHeaders } from "#http";
import { type CueHello, type CueLoss, PROTOCOL_VERSION } from "#protocol";

/** The head of a stream. */
export const streamFields: HeaderList = [
  ...corsHeaders,
  ["Content-Type", "text/event-stream"],
  ["Cache-Control", "no-store"],
];

const frame = (text: string): Uint8Array => frameChunk(Buffer.from(text));

/** When to come back, ms; and that something is there, so that whoever is on the way passes the head on. */
export const retryFrame = (retryMs: number): Uint8Array => frame(`retry: ${retryMs}\n\n`);

/** A comment: nothing to anybody but the connection. */
export const keepAliveFrame: Uint8Array = frame(":\n\n");

/** The first event: from which number on this stream tells all. Its id lets one whose stream ends before a cue go on there. */
export function helloFrame(from: number): Uint8Array {
  const hello: CueHello = { v: PROTOCOL_VERSION, from };
  return frame(`id: ${from - 1}\nevent: hello\ndata: ${JSON.stringify(hello)}\n\n`);
}

/** A cue; `id` is the number up to which nothing has to be told again. `json` has no line break. */
export const cueFrame = (id: number, json: string): Uint8Array =>
  frame(`id: ${id}\nevent: cue\ndata: ${json}\n\n`);

/** Numbers that are not to be had. */
export type Loss = Omit<CueLoss, "v">;

export function lostFrame(id: number, { from, to, count }: Loss): Uint8Array {
  const loss: CueLoss = { v: PROTOCOL_VERSION, from, to, count };
  return frame(`id: ${id}\nevent: lost\ndata: ${JSON.stringify(loss)}\n\n`);
}
