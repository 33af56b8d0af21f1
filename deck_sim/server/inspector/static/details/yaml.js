// @ts-check
/** `<deck-yaml>`: a YAML text with one line marked, and scrolled to. */

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";

const LINE = /^(\s*(?:- )*)([\w$.-]+)(:(?:\s|$))(.*)$|^(\s*#.*)$/;

class DeckYaml extends HTMLElement {
  constructor() {
    super();
    this.tabIndex = 0;
    this._text = "";
    /** @type {number|null} */
    this._line = null;
    this.isStale = false;
  }

  set text(/** @type {string} */ text) {
    if (text !== this._text) this._set(() => (this._text = text));
  }

  set line(/** @type {number|null} */ line) {
    if (line !== this._line) this._set(() => (this._line = line));
  }

  /** Both properties are set before it is drawn. @param {() => void} change */
  _set(change) {
    change();
    if (this.isStale) return;
    this.isStale = true;
    queueMicrotask(() => this._draw());
  }

  _draw() {
    this.isStale = false;
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "The YAML of the scenario");
    const lines = this._text.replace(/\n$/, "").split("\n");
    render(
      html`<ol class="yaml mono">
        ${lines.map((line, index) => yamlLine(line, index + 1 === this._line))}
      </ol>`,
      this,
    );
    const marked = /** @type {HTMLElement|null} */ (this.querySelector("[aria-current]"));
    if (marked) this.scrollTop = marked.offsetTop - (this.clientHeight - marked.offsetHeight) / 2;
  }
}

/** @param {string} line @param {boolean} isMarked */
function yamlLine(line, isMarked) {
  const [, indent, key, colon, rest, comment] = LINE.exec(line) ?? [];
  const text =
    key !== undefined
      ? html`${indent}<span class="yaml-key">${key}</span>${colon}${rest}`
      : comment !== undefined
        ? html`<span class="yaml-comment">${comment}</span>`
        : line;
  return html`<li aria-current=${isMarked ? "step" : nothing}><code>${text}</code></li>`;
}

customElements.define("deck-yaml", DeckYaml);
