// @ts-check
/** JSON values as Python literals, in the layout of common formatters. */

import { jsonText } from "../format.js";

const LONGEST = 88;
const STEP = "    ";

/**
 * A Python literal; a long list or mapping takes a line for each item.
 * @param {any} value
 * @param {number} indent  of the line on which it begins
 * @param {number} before  columns of that line that are taken
 * @returns {string}
 */
export function pythonValue(value, indent = 0, before = 0) {
  const line = inLine(value);
  if (indent + before + line.length < LONGEST || value === null || typeof value !== "object")
    return line;
  const inner = indent + STEP.length;
  const items = Array.isArray(value)
    ? value.map((item) => pythonValue(item, inner))
    : Object.entries(value).map(([name, item]) => {
        const key = `${jsonText(name)}: `;
        return key + pythonValue(item, inner, key.length);
      });
  if (!items.length) return line;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const lines = items.map((item) => `${" ".repeat(inner)}${item},\n`);
  return `${open}\n${lines.join("")}${" ".repeat(indent)}${close}`;
}

/** @param {any} value @returns {string} */
function inLine(value) {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "string") return jsonText(value); // its escapes mean the same in Python
  if (typeof value === "number") return `${value}`;
  if (Array.isArray(value)) return `[${value.map(inLine).join(", ")}]`;
  return `{${Object.entries(value)
    .map(([name, item]) => `${jsonText(name)}: ${inLine(item)}`)
    .join(", ")}}`;
}
