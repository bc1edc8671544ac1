import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { usageOf } from "./usage.ts";

test("a process is counted with its children, and a process that has gone counts nothing", async () => {
  const shell = spawn(
    "sh",
    ["-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo done; cat"],
    {
      stdio: ["pipe", "pipe", "ignore"],
    },
  );
  await once(shell.stdout, "data");
  const own = usageOf([process.pid]).get(process.pid);
  const child = usageOf([shell.pid as number]).get(shell.pid as number);
  shell.stdin.end();
  await once(shell, "exit");
  assert.ok(child && child.cpuS > 0.05, `the shell counted ${child?.cpuS} s`);
  assert.ok(own && own.cpuS > child.cpuS && own.residentBytes > child.residentBytes);
  assert.deepEqual(usageOf([2 ** 30]).get(2 ** 30), { cpuS: 0, residentBytes: 0 });
});
