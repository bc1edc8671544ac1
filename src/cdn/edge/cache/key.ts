// What of a request names the object.

/**
 * The name of an object: path and query, less the viewer's own report on itself, CMCD (CTA-5004: caches leave it out of
 * their keys). The order of the other parameters stays.
 */
export function objectKey(path: string, query: string): string {
  if (query === "") return path;
  if (!query.includes("CMCD=")) return `${path}?${query}`;
  const kept = query.split("&").filter((parameter) => !parameter.startsWith("CMCD="));
  return kept.length === 0 ? path : `${path}?${kept.join("&")}`;
}
