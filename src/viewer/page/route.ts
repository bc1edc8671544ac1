// Watching from another network, for the demonstration: its gateway stands for every outside host.

const LOOPBACK = /^127(?:\.\d{1,3}){3}$/;

/**
 * The URL by which `url` is reached through `gateway`: the same scheme, port and path, the gateway's address for the
 * host. Only hosts of the loopback net are replaced, since a gateway stands for this machine's roles alone; a null
 * gateway, another host and what is not a URL pass unchanged.
 */
export function viaGateway(url: string, gateway: string | null): string {
  if (gateway === null || !URL.canParse(url)) return url;
  const parsed = new URL(url);
  if (!LOOPBACK.test(parsed.hostname) || parsed.hostname === gateway) return url;
  parsed.hostname = gateway;
  return parsed.href;
}

/** Scheme, host and port of a URL; the empty text for what is not one. */
export function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : "";
}

/** `url` with the scheme, host and port of `base`. */
export function movedTo(url: string, base: string): string {
  if (!URL.canParse(url) || !URL.canParse(base)) return url;
  const parsed = new URL(url);
  return originOf(base) + parsed.pathname + parsed.search;
}

/** Which of `edges` a URL belongs to, as the director gave it or as `route` made it. */
export function edgeOf<Edge extends { id: string; url: string }>(
  url: string,
  edges: readonly Edge[],
  route: (url: string) => string,
): Edge | null {
  const origin = originOf(route(url));
  return edges.find((edge) => originOf(route(edge.url)) === origin) ?? null;
}
