// Answers from a complete object, in one write.
import type { MonoMs } from "#base";
import { contentRange, type HeaderList, spanOf, unsatisfiedRange } from "#http";
import type { Source } from "../cache/cacheStatus.ts";
import { notModifiedFields } from "../cache/objectHead.ts";
import type { StoredObject } from "../cache/store.ts";
import type { Tally } from "../reasons.ts";
import type { Ask } from "./ask.ts";
import { agingFields, type Shelf } from "./shelf.ts";

/** Answers with the object, or what of it was asked for. `shelf` has the bursts of this edge. */
export function answerStored(
  ask: Ask,
  object: StoredObject,
  context: { edge: string; source: Source; now: MonoMs; tally: Tally; shelf: Shelf },
): void {
  if (ask.plain) ask.reply.put(context.shelf.burst(object, context));
  else answerAsAsked(ask, object, context);
}

function answerAsAsked(
  ask: Ask,
  object: StoredObject,
  context: { edge: string; source: Source; now: MonoMs; tally: Tally; shelf: Shelf },
): void {
  const { head, body } = object;
  const { reply } = ask;
  const { edge, source, now, tally } = context;
  const extra = agingFields(object, { edge, source, now });
  const verdict = ask.judge(head);
  if (verdict !== "holds") {
    tally.count(verdict === "failed" ? "conditionFailed" : "notModified");
    reply.send(verdict === "failed" ? 412 : 304, [...notModifiedFields(head.fields), ...extra]);
    return;
  }
  const range = ask.rangeOf(head);
  if (!range) return reply.put(context.shelf.burst(object, context));
  const span = spanOf(range, body.length);
  if (!span) {
    tally.count("unsatisfiable");
    reply.send(416, [...head.fields, ...extra, ["Content-Range", unsatisfiedRange(body.length)]]);
    return;
  }
  tally.count("partial");
  const fields: HeaderList = [
    ...head.fields,
    ...extra,
    ["Content-Range", contentRange(span, body.length)],
  ];
  reply.send(206, fields, body.subarray(span.first, span.last + 1));
}
