// What building something adds to the heap.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Builds, and tells how many bytes of heap and buffers are held more than before. */
export function weighed<Built>(build: () => Built): { built: Built; bytes: number } {
  const held = (): number => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = held();
  const built = build();
  return { built, bytes: held() - before };
}
