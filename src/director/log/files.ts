// The files of a log: numbered, only appended to, of bounded size each and together.
import { mkdir, open, readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";

/** A file that is written to. */
export interface LogFile {
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

const nameOf = (number: number): string => `decisions-${String(number).padStart(8, "0")}.jsonl`;
const form = /^decisions-(\d{8})\.jsonl$/;

/** The files of a log in a folder, oldest first. */
export async function logFilesIn(folder: string): Promise<{ number: number; path: string }[]> {
  const names = await readdir(folder);
  return names
    .flatMap((name) => {
      const number = form.exec(name)?.[1];
      return number === undefined ? [] : [{ number: Number(number), path: join(folder, name) }];
    })
    .sort((a, b) => a.number - b.number);
}

async function create(path: string): Promise<LogFile> {
  // Never an existing one: what a process that died left half written stays at the end of its own file.
  const handle = await open(path, "ax");
  return {
    append: (text) => handle.appendFile(text),
    close: () => handle.close(),
  };
}

export class LogFiles {
  readonly #folder: string;
  readonly #fileBytes: number;
  readonly #totalBytes: number;
  readonly #create: (path: string) => Promise<LogFile>;
  #kept: { path: string; bytes: number }[] = [];
  #next = 1;
  #file: LogFile | null = null;
  /** Files deleted to keep within the total. */
  deleted = 0;

  constructor(options: {
    folder: string;
    fileBytes: number;
    totalBytes: number;
    create?: ((path: string) => Promise<LogFile>) | undefined;
  }) {
    this.#folder = options.folder;
    this.#fileBytes = options.fileBytes;
    this.#totalBytes = options.totalBytes;
    this.#create = options.create ?? create;
  }

  /** Makes the folder, and finds what is in it. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    for (const { number, path } of await logFilesIn(this.#folder)) {
      this.#kept.push({ path, bytes: (await stat(path)).size });
      this.#next = number + 1;
    }
  }

  /** Bytes of all files. */
  get bytes(): number {
    return this.#kept.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get count(): number {
    return this.#kept.length;
  }

  /** Appends lines; to a new file, with `head` before them, where there is none or the last one is full. */
  async append(text: string, head: (number: number) => string): Promise<void> {
    const size = Buffer.byteLength(text);
    const last = this.#kept.at(-1);
    if (this.#file && last && last.bytes + size > this.#fileBytes) await this.end();
    if (!this.#file) await this.#begin(head);
    const current = this.#kept.at(-1);
    if (!this.#file || !current || size === 0) return;
    // Counted before it is known how much of it reaches the disk.
    current.bytes += size;
    await this.#file.append(text);
  }

  async #begin(head: (number: number) => string): Promise<void> {
    await this.#trim();
    const number = this.#next;
    this.#next += 1;
    const path = join(this.#folder, nameOf(number));
    const file = await this.#create(path);
    const text = head(number);
    try {
      await file.append(text);
    } catch (failure) {
      // A full disk would fill with empty files.
      await file.close().catch(() => undefined);
      await unlink(path).catch(() => undefined);
      throw failure;
    }
    this.#kept.push({ path, bytes: Buffer.byteLength(text) });
    this.#file = file;
  }

  /** Deletes the oldest files until another whole one has room. */
  async #trim(): Promise<void> {
    while (this.bytes + this.#fileBytes > this.#totalBytes) {
      const oldest = this.#kept.shift();
      if (!oldest) return;
      this.deleted += 1;
      await unlink(oldest.path).catch(() => undefined);
    }
  }

  /** Ends the file that is written to; the next append begins another. */
  async end(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close();
  }
}
