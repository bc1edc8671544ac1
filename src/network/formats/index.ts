// What others publish of networks: members of exchanges, and whose addresses are whose. And the YAML that people write.
export { readAsnCsv, type TableRow, type TableSum } from "./asnCsv.ts";
export { readAsnMmdb } from "./asnMmdb.ts";
export { formatErrors } from "./errors.ts";
export type { Found, FoundExchange, FoundMember } from "./found.ts";
export { readIxf } from "./ixf.ts";
export { JSON_BYTES_LIMIT, MMDB_BYTES_LIMIT } from "./limits.ts";
export { type NamedText, readPeeringDb } from "./peeringdb.ts";
export { writeIxf } from "./writeIxf.ts";
export { allowedNames, parseYaml, type Refuse, refuseTwins, type YamlFile } from "./yamlFile.ts";
