// As much XML as an MPD needs: elements, attributes, text.
import { dashErrors } from "./errors.ts";

export interface Element {
  name: string;
  attributes: readonly (readonly [name: string, value: string | number | boolean | null])[];
  /** Elements, or text alone. */
  content: readonly Element[] | string;
}

/** An element; attributes whose value is null are left out. */
export function element(
  name: string,
  attributes: Element["attributes"],
  content: Element["content"] = [],
): Element {
  return { name, attributes, content };
}

/** A whole document. @throws dash/bad-value */
export function writeXml(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${render(root, "")}\n`;
}

function render(node: Element, indent: string): string {
  const attributes = node.attributes
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join("");
  const open = `${indent}<${node.name}${attributes}`;
  if (typeof node.content === "string") return `${open}>${escaped(node.content)}</${node.name}>`;
  if (node.content.length === 0) return `${open}/>`;
  const children = node.content.map((child) => render(child, `${indent}  `)).join("\n");
  return `${open}>\n${children}\n${indent}</${node.name}>`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

function escaped(text: string): string {
  if (/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(text))
    throw dashErrors.make("bad-value", {
      what: JSON.stringify(text),
      problem: "it has control characters",
    });
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] as string);
}
