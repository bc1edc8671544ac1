// Reads a match file: YAML, checked against the schema; a wrong one is refused with its line and what is allowed.
import { readFileSync } from "node:fs";
import { allowedNames, parseYaml, type Refuse, refuseTwins } from "#network/formats";
import { type Match, matchSchema } from "#protocol";
import { cliErrors } from "./errors.ts";

/** The largest match file read. */
export const MATCH_FILE_BYTES_LIMIT = 1_000_000;

/** The match that runs when no file is named. */
export const exampleMatchFile = new URL("roma.yaml", import.meta.url).pathname;

/** Reads and checks `file`. Throws cli/match-file-…, each with the line where it can be mended. */
export function readMatchFile(file: string): Match {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (failure) {
    throw cliErrors.make(
      "match-file-unreadable",
      { file, why: (failure as Error).message },
      failure,
    );
  }
  return parseMatch(text, file);
}

/** The same from text; `file` is only named in refusals. */
export function parseMatch(text: string, file: string): Match {
  const { value, refuse } = parseYaml(text, file, {
    schema: matchSchema,
    limit: MATCH_FILE_BYTES_LIMIT,
    seeAlso: "regista match --schema lists what is allowed",
    make: (mistake, facts) =>
      mistake === "too-large"
        ? cliErrors.make("match-file-unreadable", {
            file,
            why: `it is larger than ${MATCH_FILE_BYTES_LIMIT} bytes`,
          })
        : cliErrors.make(`match-file-${mistake}`, facts),
  });
  checkReferences(value, refuse);
  return value;
}

/** Names that point at nothing, and names given twice. */
function checkReferences(match: Match, refuse: Refuse): void {
  const places = new Set(match.places.map((place) => place.id));
  const exchanges = new Set(match.exchanges.map((exchange) => exchange.id));
  const networks = new Set(match.networks.map((network) => network.asn));
  for (const kind of ["exchanges", "networks"] as const)
    match[kind].forEach(({ place }, index) => {
      if (!places.has(place))
        refuse([kind, index, "place"], `no place is called ${place}`, allowedNames(places));
    });
  match.edges.forEach((edge, index) => {
    const path = ["edges", index];
    if ((edge.at === undefined) === (edge.in === undefined))
      refuse(path, "an edge stands at an exchange or in a network", "Give it either at: or in:.");
    if (edge.at !== undefined && !exchanges.has(edge.at))
      refuse([...path, "at"], `no exchange is called ${edge.at}`, allowedNames(exchanges));
    if (edge.in !== undefined && !networks.has(edge.in))
      refuse([...path, "in"], `no network has the number ${edge.in}`, allowedNames(networks));
  });
  for (const kind of ["edges", "exchanges"] as const)
    refuseTwins(
      match[kind].map(({ id }) => id),
      [kind],
      refuse,
    );
  refuseTwins(
    match.networks.map(({ asn }) => asn),
    ["networks"],
    refuse,
  );
  refuseTwins(
    match.networks.map(({ prefixes }) => prefixes[0] as string),
    ["networks"],
    refuse,
  );
}
