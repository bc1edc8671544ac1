// The parts of http-cache-tests (BSD-3-Clause) that are used here; the package has no types of its own.
declare module "http-cache-tests/tests/index.mjs" {
  const suites: readonly {
    readonly id: string;
    readonly tests: readonly {
      readonly id: string;
      readonly kind?: "required" | "optimal" | "check";
      readonly depends_on?: readonly string[];
    }[];
  }[];
  export default suites;
}
declare module "http-cache-tests/client/runner.mjs" {
  /** Runs all tests side by side, `chunkSize` at once. */
  export function runTests(
    suites: readonly unknown[],
    fetch: unknown,
    inBrowser: boolean,
    base: string,
    chunkSize: number,
  ): Promise<void>;
  /** By test: true, or what went wrong ("Setup": the test's own preparation). */
  export function getResults(): Record<string, true | readonly [kind: string, sentence: string]>;
}
declare module "http-cache-tests/server/handle-config.mjs" {
  const handle: import("./httpCacheStage.ts").Part;
  export default handle;
}
declare module "http-cache-tests/server/handle-state.mjs" {
  const handle: import("./httpCacheStage.ts").Part;
  export default handle;
}
declare module "http-cache-tests/server/handle-test.mjs" {
  const handle: import("./httpCacheStage.ts").Part;
  export default handle;
}
