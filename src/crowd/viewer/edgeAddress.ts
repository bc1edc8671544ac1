// An edge as a viewer reaches it.

/** Where connections go and what requests say. */
export interface EdgeAddress {
  /** As it was given. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** The Host field (RFC 9110 7.2). */
  readonly authority: string;
  /** What stands before every path: empty, or a path without a slash at its end. */
  readonly prefix: string;
}

/** Reads a base address such as `http://127.0.0.1:8091`. Plain HTTP alone. @throws TypeError when it is none */
export function edgeAddress(url: string): EdgeAddress {
  const { protocol, hostname, port, host, pathname } = new URL(url);
  if (protocol !== "http:") throw new TypeError(`${url} is no http address`);
  return {
    url,
    // An IPv6 address stands in brackets in a URL only (RFC 3986 3.2.2).
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? 80 : Number(port),
    authority: host,
    prefix: pathname.replace(/\/+$/, ""),
  };
}
