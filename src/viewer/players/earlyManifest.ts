// dash.js asks for its manifest by URL alone. One that the page has asked for ahead is given to it under the URL of its
// text, and the true URL is put back before dash.js reads the answer.
import type { PlayerOptions } from "./player.ts";

const MANIFEST_TYPE = "application/dash+xml";

/** The part of a request and of an answer that is changed. */
interface Addressed {
  url: string;
}

/** One player's manifest. */
export class EarlyManifest {
  readonly #early: PlayerOptions["early"];
  #lent: { textUrl: string; url: string } | null = null;

  constructor(early: PlayerOptions["early"]) {
    this.#early = early;
  }

  /** Just before a request for the manifest leaves. One that was not asked for ahead, or failed, leaves as it is. */
  async lend(request: Addressed): Promise<void> {
    try {
      const answer = await this.#early(request.url);
      if (!answer?.ok) return;
      const text = new Blob([await answer.text()], { type: MANIFEST_TYPE });
      this.close();
      this.#lent = { textUrl: URL.createObjectURL(text), url: request.url };
      request.url = this.#lent.textUrl;
    } catch {
      // The player asks by itself, and tells of its own failure.
    }
  }

  /** Just before an answer is read. */
  giveBack(answer: Addressed): void {
    if (answer.url !== this.#lent?.textUrl) return;
    answer.url = this.#lent.url;
    this.close();
  }

  close(): void {
    if (this.#lent) URL.revokeObjectURL(this.#lent.textUrl);
    this.#lent = null;
  }
}
