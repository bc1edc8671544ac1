// Numbers that stand for names: the same for the same name, and otherwise as if drawn by chance.

/** FNV-1a over UTF-16 code units, with the finish of MurmurHash3 so that all 32 bits depend on all of the name. */
export function hashOf(text: string, seed = 0): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return mixed(hash);
}

/** One number from two. */
export const mixed = (first: number, second = 0): number => {
  let hash = first ^ Math.imul(second, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** The same number from 0 to below 1. */
export const shareOf = (hash: number): number => hash / 2 ** 32;
