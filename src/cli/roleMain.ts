// The process of one role of a match: its name and its options as JSON. It loads that role and nothing else of the command
// line: a dozen of them start at once, and a viewer waits.
import type { RoleName } from "./roles.ts";
import { runRole } from "./runRole.ts";

const [name, options] = process.argv.slice(2);
await runRole(name as RoleName, JSON.parse(options ?? "{}"));
