import assert from "node:assert/strict";
import test from "node:test";
import { z } from "zod";
import { catalogue, RegistaError } from "#base";
import { allowedNames, parseYaml, refuseTwins, type YamlForm } from "./yamlFile.ts";

const errors = catalogue("garden", {
  "too-large": { kind: "broke-rules", says: "{file} > {limit}", cure: "prune" },
  "not-yaml": { kind: "broke-rules", says: "{file}:{line} {why}", cure: "mend" },
  wrong: { kind: "broke-rules", says: "{file}:{line}: {place}: {problem}", cure: "{allowed}" },
});
const schema = z.strictObject({
  beds: z.array(
    z.strictObject({ id: z.string(), size: z.number(), soil: z.enum(["sand", "clay"]) }),
  ),
});
const form: YamlForm<typeof schema> = {
  schema,
  limit: 1_000,
  seeAlso: "the gardener knows",
  make: (mistake, facts) => errors.make(mistake, facts),
};
const good = `# a garden
beds:
  - { id: a, size: 1, soil: sand }
  - id: b
    size: 2
    soil: clay
`;

function refusal(work: () => unknown): RegistaError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof RegistaError, String(error));
    return error;
  }
  return assert.fail("it was taken");
}

test("a good file is its value, and says where things stand", () => {
  const { value, lineOf, refuse } = parseYaml(good, "garden.yaml", form);
  assert.equal(value.beds.length, 2);
  assert.equal(lineOf(["beds", 1, "soil"]), 6);
  assert.equal(lineOf(["beds", 1, "nothing"]), 4);
  assert.equal(lineOf([]), 2);
  const error = refusal(() => refuse(["beds", 0, "size"], "too small", "At least 2."));
  assert.equal(error.message, "garden.yaml:3: beds.0.size: too small");
  assert.equal(error.cure, "At least 2.");
});

test("a wrong file is refused by the owner's error, with the line and what is allowed", () => {
  const cases: [string, string, RegExp, RegExp][] = [
    [good.replace("clay", "peat"), "garden/wrong", /^garden\.yaml:6: beds\.1\.soil/, /sand, clay/],
    [good.replace("size: 2", "size: two"), "garden/wrong", /:5: beds\.1\.size/, /a number/],
    [
      good.replace("    size: 2", "    sise: 2"),
      "garden/wrong",
      /:4: beds\.1\.size|:5: /,
      /sise|number/,
    ],
    [
      `${good}  - { id: c, size: 1, soil: sand, colour: red }`,
      "garden/wrong",
      /:7: .*colour/,
      /Take out colour; the gardener knows/,
    ],
    ["beds: [", "garden/not-yaml", /^garden\.yaml:1 /, /mend/],
    ["beds: &a [*a]", "garden/wrong", /garden\.yaml/, /./],
    ["x".repeat(1_001), "garden/too-large", /garden\.yaml > 1000/, /prune/],
    ["", "garden/wrong", /beds/, /array/],
  ];
  for (const [text, code, says, cure] of cases) {
    const error = refusal(() => parseYaml(text, "garden.yaml", form));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, says);
    assert.match(error.cure, cure);
  }
});

test("the second of two equal names is refused at its own line", () => {
  const { value, refuse } = parseYaml(good.replace("id: b", "id: a"), "garden.yaml", form);
  const names = value.beds.map(({ id }) => id);
  const error = refusal(() => refuseTwins(names, ["beds"], refuse));
  assert.equal(error.message, "garden.yaml:4: beds.1: a is there already");
});

test("names are offered as many as one can read", () => {
  assert.equal(allowedNames([]), "Allowed: none yet.");
  assert.equal(allowedNames(["a", 2]), "Allowed: a, 2.");
  assert.match(allowedNames(Array.from({ length: 30 }, (_, index) => index)), /19 and 10 more\.$/);
});
