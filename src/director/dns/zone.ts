// The one zone that is answered for: which names are in it, and its own records.
import type { SoaData } from "dns-packet";
import { NEGATIVE_TTL_S } from "./limits.ts";

/** How a zone is set up. */
export interface ZoneOptions {
  /** Such as `match.example`. */
  readonly name: string;
  /** The channel, which is also a name in it. */
  readonly channel: string;
  /** Names of its servers; default `ns.` and the zone. */
  readonly nameServers: readonly string[];
  /** The version that is told of it: UTC in seconds of the start. */
  readonly serial: number;
}

/** What a name is to the zone: its top, the channel in it, its name server, nothing in it, or outside. */
export type Place = "top" | "channel" | "server" | "missing" | "outside";

const HOST_NAME =
  /^(?=.{1,253}$)[\da-z_](?:[\w-]{0,61}[\da-z_])?(?:\.[\da-z_](?:[\w-]{0,61}[\da-z_])?)+$/i;

export class Zone {
  readonly name: string;
  readonly nameServers: readonly string[];
  readonly soa: SoaData;
  readonly #channel: string;

  constructor({ name, channel, nameServers, serial }: ZoneOptions) {
    this.name = bareName(name);
    this.#channel = `${channel.toLowerCase()}.${this.name}`;
    const named = nameServers.map(bareName);
    this.nameServers = named.length > 0 ? named : [`ns.${this.name}`];
    this.soa = {
      mname: this.nameServers[0] as string,
      rname: `hostmaster.${this.name}`,
      serial: serial >>> 0,
      refresh: 3_600,
      retry: 600,
      expire: 604_800,
      minimum: NEGATIVE_TTL_S,
    };
  }

  placeOf(name: string): Place {
    if (name === this.name) return "top";
    if (!name.endsWith(`.${this.name}`)) return "outside";
    if (name === this.#channel) return "channel";
    return this.nameServers.includes(name) ? "server" : "missing";
  }
}

/** Small letters, without the dot at the end. */
export const bareName = (name: string): string => name.toLowerCase().replace(/\.$/, "");

/** Whether it can be a zone: two labels at least. */
export const isZoneName = (name: string): boolean => HOST_NAME.test(bareName(name));
