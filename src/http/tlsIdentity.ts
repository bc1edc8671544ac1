// The certificate and key that a server shows, read from two files and judged before they are used.
import { createPrivateKey, hkdfSync, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { invariant, isoTime, type UtcMs, utcMs } from "#base";
import { serverErrors } from "./errors.ts";

/** Where certificate and key are, both in PEM. */
export interface TlsFiles {
  /** The server's certificate, then those that signed it. */
  readonly certFile: string;
  /** Its private key, without a passphrase. */
  readonly keyFile: string;
}

/** A certificate with its key, fit for use. */
export interface TlsIdentity {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Whom it names, as its subject or its alternative names say. */
  readonly names: string;
  readonly until: UtcMs;
  readonly privateKey: KeyObject;
}

/**
 * Reads both files. Throws `http/tls-file`, `http/tls-certificate`, `http/tls-key` or `http/tls-mismatch`. An expired
 * certificate is no error here: whether to use it depends on what else there is.
 */
export function loadIdentity({ certFile, keyFile }: TlsFiles): TlsIdentity {
  const cert = read(certFile);
  const key = read(keyFile);
  const certificate = parse(() => new X509Certificate(cert), "tls-certificate", certFile);
  const privateKey = parse(() => createPrivateKey(key), "tls-key", keyFile);
  if (!certificate.checkPrivateKey(privateKey))
    throw serverErrors.make("tls-mismatch", { certFile, keyFile });
  parse(() => createSecureContext({ cert, key }), "tls-certificate", certFile); // the whole chain
  return {
    cert,
    key,
    names: certificate.subjectAltName ?? certificate.subject,
    until: utcMs(certificate.validToDate.getTime()),
    privateKey,
  };
}

/** What changes when either file is written anew; null while one cannot be looked at. */
export function filesMark({ certFile, keyFile }: TlsFiles): string | null {
  const marks = [certFile, keyFile].map((file) => {
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats ? `${stats.ino} ${stats.mtimeMs} ${stats.size}` : null;
  });
  return marks.includes(null) ? null : marks.join(", ");
}

export const expiredError = (file: string, until: UtcMs): Error =>
  serverErrors.make("tls-expired", { file, until: isoTime(until) });

const TICKET_KEY_BYTES = 48;
const DAY_MS = 86_400_000;

/**
 * Keys of session tickets (RFC 8446 4.6.1): of the private key and the day, so that all threads and processes of one
 * certificate take each other's tickets without a word between them, and a restart loses none. Who has the private key can
 * speak as this server anyway; what was sent stays secret, because a resumed session exchanges keys anew (psk_dhe_ke).
 */
export function ticketKeys(privateKey: KeyObject, now: UtcMs): Buffer {
  const der = privateKey.export({ type: "pkcs8", format: "der" });
  const day = `regista session tickets ${Math.floor(now / DAY_MS)}`;
  const keys = Buffer.from(hkdfSync("sha256", der, Buffer.alloc(0), day, TICKET_KEY_BYTES));
  invariant(keys.length === TICKET_KEY_BYTES, "ticket keys have their length");
  return keys;
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (failure) {
    const why = failure instanceof Error ? failure.message : String(failure);
    throw serverErrors.make("tls-file", { file, why }, failure);
  }
}

function parse<Parsed>(
  work: () => Parsed,
  error: "tls-certificate" | "tls-key",
  file: string,
): Parsed {
  try {
    return work();
  } catch (failure) {
    const why = failure instanceof Error ? failure.message : String(failure);
    throw serverErrors.make(error, { file, why }, failure);
  }
}
