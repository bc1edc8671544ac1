// Which of several subtitles a person gets.

/** "it-IT" and "it" are one language here. */
const primary = (language: string | null | undefined): string =>
  (language ?? "").toLowerCase().split("-")[0] ?? "";

/** The place of the first of `wanted` among `offered`, else 0; −1 when nothing is offered. Languages as in BCP 47. */
export function textIndex(
  offered: readonly (string | null | undefined)[],
  wanted: readonly string[],
): number {
  for (const language of wanted) {
    const at = offered.findIndex((each) => primary(each) === primary(language));
    if (at >= 0) return at;
  }
  return offered.length > 0 ? 0 : -1;
}
