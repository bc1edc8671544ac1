// Source addresses of a network's viewers: one after the other, so that no address runs out of ports.

/** The usable addresses of an IPv4 prefix, without the network's own, its gateway (the first) and broadcast. */
export class AddressRange {
  readonly #first: number;
  readonly size: number;

  /** `prefix` as `127.0.1.0/24`; of /31 and /32 every address is used. */
  constructor(prefix: string) {
    const [address = "", bits = "32"] = prefix.split("/");
    const whole = 2 ** (32 - Number(bits));
    const number = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
    const network = number - (number % whole);
    const reserved = whole >= 8;
    this.#first = reserved ? network + 2 : network;
    this.size = reserved ? whole - 3 : whole;
  }

  /** The address of the network's viewer `index`; begins again after the last. */
  at(index: number): string {
    const number = this.#first + (index % this.size);
    return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
  }
}
