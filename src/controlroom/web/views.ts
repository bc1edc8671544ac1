// The page's views, and which one the address asks for: a wall shows the same after a reload.
export type ViewName = "chain" | "network";

export const viewIn = (search: string): ViewName =>
  new URLSearchParams(search).get("view") === "network" ? "network" : "chain";

/** The query that asks for `view`, other arguments kept. */
export function searchFor(search: string, view: ViewName): string {
  const query = new URLSearchParams(search);
  if (view === "chain") query.delete("view");
  else query.set("view", view);
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
