// The report as one self-contained HTML file.
import type { CrowdReport } from "../report.ts";

/** The whole page. */
export function pageOf(report: CrowdReport): string {
  return `<!doctype html><title>${report.says}</title>`;
}
