// @ts-check
/** The fields of a form, read from a JSON Schema of the server, and what was typed into them. */

/**
 * @typedef {"text"|"integer"|"number"|"switch"|"choice"|"json"|"textOrJson"} Input
 * @typedef {object} Field
 * @property {string} name
 * @property {Input} input
 * @property {string} hint
 * @property {boolean} required
 * @property {string[]} options of a choice
 * @property {string} example
 * @property {number|undefined} minimum
 * @property {number|undefined} maximum
 */

/** The fields of an object, without those that can have one value only. @param {any} schema
 * @returns {Field[]} */
export function fieldsOf(schema) {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {})
    .filter(([, property]) => !("const" in property))
    .map(([name, property]) => readField(name, property, required.has(name)))
    .sort((a, b) => Number(b.required) - Number(a.required));
}

/** @param {string} name @param {any} property @param {boolean} required @returns {Field} */
function readField(name, property, required) {
  const ways = (property.anyOf ?? [property]).filter(
    (/** @type {any} */ one) => one.type !== "null",
  );
  const text = ways.find((/** @type {any} */ one) => one.type === "string");
  const way = text ?? ways[0] ?? {};
  return {
    name,
    required,
    input: inputOf(way, ways.length > 1),
    hint: (property.description ?? way.description ?? "").replaceAll("\n", " "),
    options: way.enum ?? [],
    example: way.examples?.[0] ?? "",
    minimum: way.minimum,
    maximum: way.maximum,
  };
}

/** @param {any} way @param {boolean} isOneOfSeveral @returns {Input} */
function inputOf(way, isOneOfSeveral) {
  if (way.enum) return "choice";
  if (way.type === "integer" || way.type === "number") return way.type;
  if (way.type === "boolean") return "switch";
  if (way.type === "string") return isOneOfSeveral ? "textOrJson" : "text";
  return way.type ? "json" : "textOrJson";
}

/** The filled fields of a form, with the types of the schema. @param {HTMLFormElement} form
 * @param {Field[]} fields @returns {Record<string, any>} */
export function readFields(form, fields) {
  const given = new FormData(form);
  /** @type {Record<string, any>} */
  const body = {};
  for (const { name, input } of fields) {
    const text = `${given.get(name) ?? ""}`.trim();
    if (text) body[name] = readValue(text, input);
  }
  return body;
}

/** @param {string} text @param {Input} input @returns {any} */
export function readValue(text, input) {
  if (input === "integer" || input === "number") return Number(text);
  if (input === "switch") return text === "true";
  if (input === "json" || (input === "textOrJson" && /^[[{]/.test(text))) return readJson(text);
  return text;
}

/** What is no JSON is sent as text; the server says what it wants. @param {string} text */
function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
