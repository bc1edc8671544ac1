import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CacheStage, turn, type Asked, type Visit } from "./cacheStage.ts";

/** What the origin says of an answer; the first word decides whether others may see it. */
const lifetimes = [
  "max-age=3",
  "public, max-age=3",
  "s-maxage=2, stale-while-revalidate=3",
  "max-age=2, stale-if-error=4",
  "no-cache",
  "private, max-age=9",
  "no-store",
  "",
];

const requests: readonly Readonly<Record<string, string>>[] = [
  ...[{}, {}, {}, { A: "1" }, { A: "2" }],
  ...[{ Cookie: "c" }, { Authorization: "d" }, { A: "1", Cookie: "c" }],
  ...[{ Range: "bytes=0-0" }, { "If-None-Match": '"1"' }],
];

const steps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant("ask" as const),
        method: fc.constantFrom("GET", "GET", "GET", "HEAD", "POST"),
        path: fc.constantFrom("/a", "/b"),
        fields: fc.constantFrom(...requests),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("answer" as const),
        which: fc.nat(),
        how: fc.constantFrom("whole", "whole", "whole", "slow", "fail", "503", "304"),
        lifetime: fc.constantFrom(...lifetimes),
        vary: fc.boolean(),
        setsCookie: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(2_500) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("leave" as const), which: fc.nat() }) },
  ),
  { maxLength: 60, size: "max" },
);
type Step = ReturnType<typeof steps.generate>["value"][number];
type AnswerStep = Extract<Step, { do: "answer" }>;

interface Viewer {
  readonly id: string;
  readonly visit: Visit;
  readonly fields: Readonly<Partial<Record<string, string>>>;
}

/** Plays one script; every body names the request that it was made for and what was said of it. */
class Simulation {
  readonly #stage = new CacheStage();
  readonly #viewers: Viewer[] = [];
  readonly #open = new Set<Asked>();
  #seen = 0;

  async play(script: readonly Step[]): Promise<void> {
    for (const step of script) {
      if (step.do === "ask") this.#ask(step);
      else if (step.do === "answer") this.#answer(step);
      else if (step.do === "pass") this.#stage.advance(step.ms / 1_000);
      else this.#viewers[step.which % Math.max(1, this.#viewers.length)]?.visit.leave();
      if (step.do !== "ask") await turn();
      this.#look();
    }
    for (let rounds = 0; this.#open.size > 0; rounds++) {
      assert.ok(rounds < 500, "it comes to an end");
      for (const asked of this.#open) this.#whole(asked, "max-age=3", {});
      this.#open.clear();
      await turn();
      this.#look();
    }
    for (const { visit, id } of this.#viewers) assert.ok(visit.done, `${id} is answered`);
    assert.deepEqual([this.#stage.carrier.transfers, this.#stage.carrier.waiters], [0, 0]);
    for (const viewer of this.#viewers) this.#judge(viewer);
  }

  #ask({ method, path, fields }: Extract<Step, { do: "ask" }>): void {
    const id = `v${this.#viewers.length}`;
    const all = { ...fields, Viewer: id };
    this.#viewers.push({ id, visit: this.#stage.ask(path, all, method), fields: all });
  }

  #look(): void {
    const { asked } = this.#stage;
    for (; this.#seen < asked.length; this.#seen++) this.#open.add(asked[this.#seen] as Asked);
    for (const one of this.#open) if (one.aborted) this.#open.delete(one);
  }

  #answer(step: AnswerStep): void {
    const asked = [...this.#open][step.which % Math.max(1, this.#open.size)];
    if (!asked) return;
    this.#open.delete(asked);
    if (step.how === "fail") return asked.fail();
    if (step.how === "503") return asked.answer(503, [], "");
    const conditional = asked.fields.get("if-none-match") !== undefined;
    if (step.how === "304" && conditional) return asked.answer(304, [["ETag", '"1"']]);
    this.#whole(asked, step.lifetime, step);
  }

  #whole(asked: Asked, lifetime: string, step: Partial<AnswerStep>): void {
    const { fields, method } = asked;
    const made = {
      ...{ by: fields.get("viewer"), lifetime, vary: step.vary ? fields.get("a") : null },
      varies: step.vary === true,
      cookie: fields.get("cookie") !== undefined,
      authorized: fields.get("authorization") !== undefined,
      sets: step.setsCookie === true,
    };
    const body = JSON.stringify(made);
    asked.head(200, [
      ["ETag", '"1"'],
      ...(lifetime === "" ? [] : [["Cache-Control", lifetime] as const]),
      ...(step.vary ? [["Vary", "A"] as const] : []),
      ...(step.setsCookie ? [["Set-Cookie", "x=y"] as const] : []),
      ["Content-Length", String(body.length)],
    ]);
    if (method === "HEAD") return asked.end();
    asked.data(body.slice(0, 5));
    if (step.how === "slow") asked.fail();
    asked.data(body.slice(5));
    asked.end();
  }

  /** Nobody has what was made for another, nor what he did not select. */
  #judge({ id, visit, fields }: Viewer): void {
    if (visit.status !== 200 || visit.broken || !visit.body.endsWith("}")) return;
    const made = JSON.parse(visit.body) as Record<string, unknown>;
    const { lifetime } = made as { lifetime: string };
    const open = /public|s-maxage/.test(lifetime);
    const own = /private|no-store/.test(lifetime) || ((made["cookie"] || made["sets"]) && !open);
    const authorized = made["authorized"] && !open;
    if (own || authorized) assert.equal(made["by"], id, `${visit.body} went to ${id}`);
    if (made["varies"]) assert.equal(made["vary"], fields["A"], visit.body);
  }
}

test("whatever viewers ask and the origin answers, nobody gets what is another's, and everybody gets an answer", async () => {
  await fc.assert(
    fc.asyncProperty(steps, (script) => new Simulation().play(script)),
    { numRuns: 60, seed: 17 },
  );
});
