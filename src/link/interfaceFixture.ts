// A folder in place of /sys/class/net, for tests.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a made interface shows. */
export interface MadeInterface {
  rx?: number | string;
  tx?: number | string;
  operstate?: string;
}

/** A folder of interfaces that tests write. */
export class MadeInterfaces {
  readonly folder = mkdtempSync(join(tmpdir(), "regista-net-"));

  set(name: string, { rx = 0, tx = 0, operstate = "up" }: MadeInterface): void {
    const own = join(this.folder, name);
    mkdirSync(join(own, "statistics"), { recursive: true });
    writeFileSync(join(own, "statistics", "rx_bytes"), `${rx}\n`);
    writeFileSync(join(own, "statistics", "tx_bytes"), `${tx}\n`);
    writeFileSync(join(own, "operstate"), `${operstate}\n`);
  }

  remove(name: string): void {
    rmSync(join(this.folder, name), { recursive: true, force: true });
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
