// @ts-check
/** `<deck-body>`: JSON or text. A large one starts cut, because a million characters take long. */

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { copyButton, jsonView } from "../widgets.js";

const LARGE = 20_000; // characters that are shown as a tree
const CUT = 4_000;

/** @param {number} length */
function sizeText(length) {
  if (length < 1_000) return `${length} characters`;
  return length < 1_000_000
    ? `${Math.round(length / 1_000)} kB`
    : `${(length / 1_000_000).toFixed(1)} MB`;
}

class DeckBody extends HTMLElement {
  constructor() {
    super();
    this.name = "";
    this.isWhole = false;
    /** @type {any} */
    this._value = undefined;
    this.text = "";
  }

  set value(/** @type {any} */ value) {
    if (value === this._value) return;
    const isText = typeof value === "string";
    const text = isText ? value : (JSON.stringify(value, null, 2) ?? "null");
    const isSame = text === this.text && this._value !== undefined;
    this._value = value;
    if (isSame) return; // fetched again
    this.text = text;
    this.isWhole = false;
    this._draw();
  }

  get value() {
    return this._value;
  }

  _draw() {
    render(this._view(), this);
  }

  _view() {
    const { text, value } = this;
    if (value === null || value === "") return html`<p class="muted">empty</p>`;
    const copy = html`<span class="body-copy">${copyButton(() => this.text)}</span>`;
    if (text.length <= LARGE)
      return html`${copy}${typeof value === "string" ? pre(text) : jsonView(value)}`;
    const show = () => {
      this.isWhole = true;
      this._draw();
    };
    return html`${copy}${pre(this.isWhole ? text : text.slice(0, CUT))}${
      this.isWhole
        ? nothing
        : html`<button type="button" class="button button-small" @click=${show}>
            Show all (${sizeText(text.length)})
          </button>`
    }`;
  }
}

/** @param {string} text */
function pre(text) {
  return html`<pre class="body-text mono" tabindex="0">${text}</pre>`;
}

customElements.define("deck-body", DeckBody);
