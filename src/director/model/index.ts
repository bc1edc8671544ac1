// The network as an operator writes it, read from files.
export { modelErrors } from "./errors.ts";
export { italianModelFile, type ReadModel, readItaly, readModelFile } from "./readModel.ts";
export { loadTables } from "./tables.ts";
