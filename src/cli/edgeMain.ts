// The edge process of a supervisor. It loads the edge and nothing else of the command line, because viewers wait for it.
import { sentenceOf } from "#base";
import type { ChildMessage } from "#edge";
import { roleCommand } from "./roleCommand.ts";

try {
  await roleCommand("edge").parseAsync();
} catch (failure) {
  process.exitCode = 1;
  const why = sentenceOf(failure);
  if (process.send) process.send({ failed: { why } } satisfies ChildMessage);
  else console.error(`regista edge: ${why}`);
  if (process.connected) process.disconnect();
}
