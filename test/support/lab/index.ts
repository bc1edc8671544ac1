// The lab for plays: `const lab = await buildLab(t, italy)`.
import type { TestContext } from "node:test";
import type { LabDescription } from "./description.ts";
import { type Lab, openLab } from "./lab.ts";

export type { Lab } from "./lab.ts";
export { whyNoLab } from "./shell.ts";

/** A lab for the length of one test, taken down after it. Check {@link whyNoLab} first, and skip by name. */
export async function buildLab(
  t: TestContext,
  description: LabDescription,
  options?: { seed?: number },
): Promise<Lab> {
  const lab = await openLab(description, options);
  t.after(() => lab.close());
  return lab;
}
