// The full table: what the package @ip-location-db/asn knows of all announced addresses, ranges made into prefixes.
import { createReadStream } from "node:fs";
import { createRequire } from "node:module";
import { prefixesOfRange } from "#network";
import { readAsnCsv } from "#network/formats";
import type { Entry, PrefixList } from "./prefixList.ts";

const require = createRequire(import.meta.url);

/** Where the package has its table of ranges. Throws Node's sentence when it is not installed. */
export const tableFile = (family: 4 | 6): string =>
  require.resolve(`@ip-location-db/asn/asn-ipv${family}.csv`);

/** Reads one family; `ranges`: how many rows it had. */
export async function fullTable(family: 4 | 6): Promise<PrefixList & { ranges: number }> {
  const entries: Entry[] = [];
  const file = tableFile(family);
  const { rows: ranges } = await readAsnCsv(createReadStream(file), {
    file,
    take: ({ first, last, asn }) => {
      for (const prefix of prefixesOfRange(first, last)) entries.push({ prefix, value: asn });
    },
  });
  return { name: "full table", family, entries, ranges };
}
