// Files read whole, their size looked at first. What is wrong is thrown as the system says it; the caller names it.
import { readFileSync, statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";

const check = (size: number, limit: number): void => {
  if (size > limit) throw new Error(`it has ${size} bytes, and at most ${limit} are read`);
};

/** The text of `file`; `limit` in bytes. */
export function boundedText(file: string, limit: number): string {
  check(statSync(file).size, limit);
  return readFileSync(file, "utf8");
}

/** The bytes of `file`; `limit` in bytes. */
export async function boundedBytes(file: string, limit: number): Promise<Buffer> {
  check((await stat(file)).size, limit);
  return readFile(file);
}
