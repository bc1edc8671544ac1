// The repository tidies itself: rules that no linter holds. `--write` renews the generated documents.
import { readFileSync, writeFileSync } from "node:fs";
import { errorsPage } from "./tidy/errorsPage.ts";
import { rules } from "./tidy/rules.ts";
import { trackedFiles } from "./tidy/tree.ts";

const ERRORS_PAGE = "docs/errors.md";

const page = await errorsPage();
if (process.argv.includes("--write")) writeFileSync(ERRORS_PAGE, page);

const findings: string[] = [];
if (readFileSync(ERRORS_PAGE, "utf8") !== page)
  findings.push(
    `${ERRORS_PAGE}: differs from the catalogues in src; run: node tools/tidy.ts --write`,
  );

const files = trackedFiles();
for (const rule of rules) for (const file of files) findings.push(...rule(file));

for (const finding of findings) console.log(finding);
console.log(
  findings.length === 0 ? `tidy: ${files.length} files` : `tidy: ${findings.length} findings`,
);
process.exitCode = findings.length === 0 ? 0 : 1;
