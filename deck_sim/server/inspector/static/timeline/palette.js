// @ts-check
/** Colours, fonts and patterns of the canvas, read from the page's CSS custom properties. */

export const FAMILIES = /** @type {const} */ ([
  "waiting",
  "working",
  "person",
  "good",
  "bad",
  "over",
]);
/** @typedef {import("../statuses.js").Family} Family */
/** @typedef {{line: string, tint: string, text: string, pattern: CanvasPattern | null}} Ink */

/** The families whose colour marks have; others have that of quiet text. @type {Record<string, Family>} */
const OF_MARKS = {
  error: "bad",
  attempt_failed: "bad",
  fault: "bad",
  prompt: "person",
  answer: "good",
  attempt_ok: "good",
};

export class Palette {
  /** @param {Element} element whose computed style counts @param {CanvasRenderingContext2D} context */
  constructor(element, context) {
    const style = getComputedStyle(element);
    /** @param {string} name @param {string} fallback @returns {string} `#rrggbb` where opaque */
    const read = (name, fallback) => {
      context.fillStyle = fallback;
      context.fillStyle = style.getPropertyValue(name).trim() || fallback;
      return /** @type {string} */ (context.fillStyle);
    };
    this.text = read("--text", "#1c2026");
    this.quiet = read("--muted", "#5a6073");
    this.surface = read("--surface", "#ffffff");
    this.sunken = read("--sunken", "#f1f2f6");
    this.hover = read("--hover", "#eceef4");
    this.edge = read("--border-strong", "#8a90a2");
    this.onAccent = read("--on-accent", "#ffffff");
    this.border = read("--border", "#d9dde3");
    this.accent = read("--accent", "#4453d6");
    this.font = style.fontFamily || "system-ui";
    this.mono = style.getPropertyValue("--mono").trim() || "ui-monospace, monospace";
    const defaults = ["#7a8594", "#2f6fde", "#b86e00", "#1a8754", "#cf3341", "#7d8590"];
    /** @type {Record<Family, Ink>} */
    this.families = /** @type {any} */ ({});
    FAMILIES.forEach((family, i) => {
      const line = read(`--status-${family}`, defaults[i]);
      const text = read(`--status-${family}-text`, this.text);
      const tint = blend(line, this.surface, 0.2);
      const pattern = hatch(context, family, blend(line, this.surface, 0.45));
      this.families[family] = { line, tint, text, pattern };
    });
    this.hairline = blend(this.border, this.surface, 0.5);
    this.chosen = blend(this.accent, this.surface, 0.12);
    this.ahead = `${this.surface}b0`;
    this.later = `${this.surface}70`;
  }

  /** @param {string} type of a mark */
  mark(type) {
    const family = OF_MARKS[type];
    return family ? this.families[family].line : this.quiet;
  }
}

/** @param {string} colour @param {string} ground @param {number} share both `#rrggbb` */
function blend(colour, ground, share) {
  const parts = [1, 3, 5].map((at) => {
    const [over, under] = [colour, ground].map((text) => parseInt(text.slice(at, at + 2), 16));
    return Math.round(over * share + under * (1 - share))
      .toString(16)
      .padStart(2, "0");
  });
  return `#${parts.join("")}`;
}

/**
 * A pattern for those who do not see the colour: dots where something waits in a queue, stripes
 * where it works, crossed stripes where it failed.
 * @param {CanvasRenderingContext2D} context
 * @param {Family} family
 * @param {string} colour
 */
function hatch(context, family, colour) {
  const size = 8;
  const tile = new OffscreenCanvas(size, size);
  const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (tile.getContext("2d"));
  pen.strokeStyle = pen.fillStyle = colour;
  const stripes = { working: [1], bad: [1, -1] }[/** @type {"working"} */ (family)] ?? [];
  for (const slope of stripes) {
    for (const shift of [-size, 0, size]) {
      pen.beginPath();
      pen.moveTo(shift, slope > 0 ? size : 0);
      pen.lineTo(shift + size, slope > 0 ? 0 : size);
      pen.stroke();
    }
  }
  if (family === "waiting") pen.fillRect(3, 3, 2, 2);
  if (!stripes.length && family !== "waiting") return null;
  return context.createPattern(tile, "repeat");
}
