// The network as an operator writes it, read from files.
export { readItaly, readModelFile } from "./readModel.ts";
export { loadTables } from "./tables.ts";
