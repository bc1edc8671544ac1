// Requests as viewers send them: each with its own CMCD report, so that no server sees the same target twice.

/** Sessions that ask in turn where a load generator has no viewers of its own. */
export const SESSIONS = 1_000;

/** `target` with the report of one session (CTA-5004, as players send it). */
export function reported(target: string, session: number): string {
  const sid = `6e2fb550-c457-11e9-bb97-${String(session).padStart(12, "0")}`;
  const report = `bl=1200,br=2400,bs,cid="live",d=320,mtp=24900,ot=v,sf=h,sid="${sid}",st=l,tb=6000`;
  return `${target}${target.includes("?") ? "&" : "?"}CMCD=${encodeURIComponent(report)}`;
}

/** A GET as bytes. */
export const getOf = (target: string, host: string): Buffer =>
  Buffer.from(
    `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: regista-bench\r\nAccept: */*\r\n\r\n`,
    "latin1",
  );
