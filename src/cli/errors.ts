import { catalogue } from "#base";

export const cliErrors = catalogue("cli", {
  "match-file-unreadable": {
    kind: "world",
    says: "The match file {file} cannot be read: {why}.",
    cure: "Check the path; without a file, regista match runs its own example.",
  },
  "match-file-not-yaml": {
    kind: "broke-rules",
    says: "{file}:{line}: this is not YAML: {why}.",
    cure: "Mend that line; indentation is by spaces.",
  },
  "match-file-wrong": {
    kind: "broke-rules",
    says: "{file}:{line}: {place}: {problem}.",
    cure: "{allowed}",
  },
  "bad-option": {
    kind: "broke-rules",
    says: "--{option}: {problem}.",
    cure: "See: regista {role} --help",
  },
  "options-unreadable": {
    kind: "world",
    says: "The options in {file} cannot be read: {why}.",
    cure: "Check the path; the file holds the options' names and values as JSON or YAML.",
  },
  "port-taken": {
    kind: "world",
    says: "Port {port} on {host} is taken; {role} cannot listen there.",
    cure: "Stop what listens there (ss -ltnp shows it), or run regista match --ports free.",
  },
  "role-did-not-start": {
    kind: "world",
    says: "{role} did not start: {why}.",
    cure: "Its log is {log}.",
  },
  "nothing-to-watch": {
    kind: "world",
    says: "No edge has the channel: {why}.",
    cure: "Start a match (regista match), or name its edges with --edge and its channel with --channel.",
  },
  "director-silent": {
    kind: "world",
    says: "The director at {url} does not answer: {why}.",
    cure: "See that it runs (regista status), or name another with --director.",
  },
  "director-refused": {
    kind: "said-no",
    says: "The director at {url} says: {error}",
    cure: "{cure}",
  },
  "nothing-runs": {
    kind: "world",
    says: "No match runs on this machine.",
    cure: "Start one: regista match",
  },
});
