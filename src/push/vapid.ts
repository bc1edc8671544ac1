// Who sends: the key pair by which push services know this application (RFC 8292).
import { createECDH } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import webPush from "web-push";
import { sentenceOf } from "#base";
import type { Clock } from "#base/clock";
import { pushErrors } from "./errors.ts";
import { AUDIENCES_KEPT, TOKEN_LIFE_S, TOKEN_REUSED_MS } from "./limits.ts";

/** A P-256 key pair, base64url. */
export interface VapidKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** The keys in `file`; made, and readable by its owner alone, where there is none. Throws `push/keys-unreadable`. */
export function vapidKeys(file: string): VapidKeys {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const made = webPush.generateVAPIDKeys();
    writeFileSync(file, `${JSON.stringify(made)}\n`, { mode: 0o600, flag: "wx" });
    return made;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === "EEXIST") return readKeys(file);
    throw pushErrors.make("keys-unreadable", { file, problem: sentenceOf(failure) }, failure);
  }
}

function readKeys(file: string): VapidKeys {
  try {
    const { publicKey, privateKey } = JSON.parse(readFileSync(file, "utf8")) as VapidKeys;
    const pair = createECDH("prime256v1");
    pair.setPrivateKey(privateKey, "base64url");
    if (pair.getPublicKey("base64url") !== publicKey) throw new Error("they are no pair");
    return { publicKey, privateKey };
  } catch (failure) {
    throw pushErrors.make("keys-unreadable", { file, problem: sentenceOf(failure) }, failure);
  }
}

/** Signs for each push service; a signature is used for an hour (RFC 8292 2: good for 24 h at most). */
export class Vapid {
  readonly #keys: VapidKeys;
  readonly #contact: string;
  readonly #clock: Clock;
  readonly #signed = new Map<string, { header: string; at: number }>();

  /** `contact`: a mailto: or https: URL at which the push services reach whoever runs this. */
  constructor(keys: VapidKeys, contact: string, clock: Clock) {
    this.#keys = keys;
    this.#contact = contact;
    this.#clock = clock;
  }

  /** The Authorization header for the push service at `origin`. */
  header(origin: string): string {
    const now = this.#clock.utc();
    const known = this.#signed.get(origin);
    if (known && now - known.at < TOKEN_REUSED_MS) return known.header;
    const { publicKey, privateKey } = this.#keys;
    const expires = Math.floor(now / 1_000) + TOKEN_LIFE_S;
    const { Authorization: header } = webPush.getVapidHeaders(
      origin,
      this.#contact,
      publicKey,
      privateKey,
      "aes128gcm",
      expires,
    );
    this.#signed.delete(origin);
    this.#signed.set(origin, { header, at: now });
    const [oldest] = this.#signed.keys();
    if (this.#signed.size > AUDIENCES_KEPT && oldest !== undefined) this.#signed.delete(oldest);
    return header;
  }
}
