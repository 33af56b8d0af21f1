// @ts-check
/** Text to paste into a shell. */

// Characters that a terminal obeys, or that change the order in which a line is shown.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A word of a shell's command line, in quotes if it needs them. @param {string} text */
export function shellWord(text) {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  if (text.search(UNSAFE) < 0) return `'${text.replaceAll("'", `'\\''`)}'`;
  const escaped = text.replace(/[\\']/g, "\\$&").replace(UNSAFE, (unsafe) => {
    const bytes = [...new TextEncoder().encode(unsafe)];
    return bytes.map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
  });
  return `$'${escaped}'`;
}

/** The option of curl with the key; without one, `$DECK_API_KEY` is used.
 * @param {string|null} [key] */
export function keyOption(key) {
  return `-H ${key ? shellWord(`Authorization: Bearer ${key}`) : '"Authorization: Bearer $DECK_API_KEY"'}`;
}
