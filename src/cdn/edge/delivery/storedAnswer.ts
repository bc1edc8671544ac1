// Answers from a complete object, in one write.
import type { MonoMs } from "#base";
import { contentRange, type HeaderList, spanOf, unsatisfiedRange } from "#http";
import { type Ask, cacheStatus } from "./ask.ts";
import type { StoredObject } from "../cache/store.ts";
import { notModifiedFields } from "../cache/objectHead.ts";
import type { Tally } from "../reasons.ts";

/** Age of an answer given now (RFC 9111 4.2.3, 5.1). */
const ageOf = ({ head }: StoredObject, now: MonoMs): string =>
  String(Math.floor(head.ageS + (now - head.receivedAt) / 1_000));

export function answerStored(
  ask: Ask,
  object: StoredObject,
  context: { edge: string; now: MonoMs; tally: Tally },
): void {
  const { head, body } = object;
  const { reply } = ask;
  const extra: HeaderList = [["Age", ageOf(object, context.now)], cacheStatus(context.edge, "hit")];
  if (ask.hasAlready(head)) {
    context.tally.count("notModified");
    reply.send(304, [...notModifiedFields(head.fields), ...extra]);
    return;
  }
  const range = ask.rangeOf(head);
  if (!range) {
    reply.send(head.status, [...head.fields, ...extra], body);
    return;
  }
  const span = spanOf(range, body.length);
  if (!span) {
    context.tally.count("unsatisfiable");
    reply.send(416, [...head.fields, ...extra, ["Content-Range", unsatisfiedRange(body.length)]]);
    return;
  }
  context.tally.count("partial");
  const fields: HeaderList = [
    ...head.fields,
    ...extra,
    ["Content-Range", contentRange(span, body.length)],
  ];
  reply.send(206, fields, body.subarray(span.first, span.last + 1));
}
