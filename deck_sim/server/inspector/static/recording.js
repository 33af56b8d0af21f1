// @ts-check
/** A page that is a file: it has a recording of a world, and no server. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { Api, ApiError } from "./api.js";

/**
 * @typedef {object} Recording
 * @property {import("./model.js").World} world
 * @property {any[]} entries
 * @property {any[]} calls
 * @property {any[]} events
 * @property {any} next
 * @property {Record<string, any>} answers of the control API, by path
 * @property {string} title what was recorded, such as the name of a test
 * @property {string} text why, such as its failure
 */

/** The recording in this page, if it is a file. @returns {Recording|null} */
export function readRecording() {
  const text = document.getElementById("recording")?.textContent;
  return text ? JSON.parse(text) : null;
}

/** Gives the answers that were recorded. */
export class RecordedApi extends Api {
  /** @param {Recording} recording */
  constructor(recording) {
    super();
    this.answers = recording.answers;
  }

  /** @param {string} method @param {string} path @returns {Promise<any>} */
  async call(method, path) {
    const name = decodeURIComponent(path);
    if (method === "GET" && Object.hasOwn(this.answers, name)) return this.answers[name];
    throw new ApiError(404, [{ message: "This is not in the recording." }]);
  }
}

/** What the page is about: the name of a test or scenario, and the text that goes with it.
 * @param {Recording} recording */
export function recordingTitle({ title, text }) {
  if (!title && !text) return nothing;
  const [first, isLong] = summarize(text);
  const line = html`<span class="recording-name">${title}</span>
    <span class="recording-line">${first}</span>`;
  if (!isLong) return html`<p class="recording">${line}</p>`;
  return html`<details class="recording">
    <summary>${line}</summary>
    <pre class="recording-text" tabindex="0">${text}</pre>
  </details>`;
}

/** The line that says most, and whether there is more. pytest begins errors with an `E`.
 * @param {string} text @returns {[string, boolean]} */
function summarize(text) {
  const lines = text.trim().split("\n");
  const error = lines.find((line) => /^E\s/.test(line))?.replace(/^E\s+/, "");
  return [error ?? lines[0], lines.length > 1];
}
