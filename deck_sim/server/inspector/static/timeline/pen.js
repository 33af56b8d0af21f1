// @ts-check
/** A canvas context with the few things that are drawn again and again: text, pills, marks. */

/** @typedef {import("./palette.js").Palette} Palette */

const KEPT_TEXTS = 4000;

export class Pen {
  /** @param {CanvasRenderingContext2D} context @param {Palette} palette */
  constructor(context, palette) {
    this.context = context;
    this.palette = palette;
    /** @type {Map<string, number>} */
    this.widths = new Map();
    /** @type {Map<string, string>} */
    this.fitted = new Map();
  }

  /** Clears the canvas. @param {number} ratio device pixels for each pixel @param {number} width @param {number} height */
  begin(ratio, width, height) {
    const { context, palette } = this;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.globalAlpha = 1;
    context.textBaseline = "middle";
    context.fillStyle = palette.surface;
    context.fillRect(0, 0, width, height);
  }

  /** @param {number} size @param {boolean} [mono] @param {number} [weight] */
  font(size, mono = false, weight = 400) {
    const { font, mono: fixed } = this.palette;
    this.context.font = `${weight} ${size}px ${mono ? fixed : font}`;
  }

  /** @param {string} text */
  measure(text) {
    const key = this.context.font + text;
    let width = this.widths.get(key);
    if (width === undefined) {
      if (this.widths.size > KEPT_TEXTS) this.widths.clear();
      width = this.context.measureText(text).width;
      this.widths.set(key, width);
    }
    return width;
  }

  /** The text, cut with "…" if it is wider. @param {string} text @param {number} width */
  cut(text, width) {
    if (this.measure(text) <= width) return text;
    const key = `${this.context.font}${Math.round(width)} ${text}`;
    let shorter = this.fitted.get(key);
    if (shorter === undefined) {
      if (this.fitted.size > KEPT_TEXTS) this.fitted.clear();
      let length = text.length;
      while (length > 0 && this.context.measureText(`${text.slice(0, length)}…`).width > width) {
        length--;
      }
      shorter = length > 1 ? `${text.slice(0, length)}…` : "";
      this.fitted.set(key, shorter);
    }
    return shorter;
  }

  /**
   * @param {string} text
   * @param {number} x
   * @param {number} y middle
   * @param {string} colour
   * @param {number} [width] the most it may take
   * @returns {number} the width it took
   */
  text(text, x, y, colour, width = Infinity) {
    const shown = this.cut(text, width);
    if (!shown) return 0;
    this.context.fillStyle = colour;
    this.context.fillText(shown, x, y);
    return this.measure(shown);
  }

  /** @param {string} text @param {number} x its middle @param {number} y @param {string} colour */
  centred(text, x, y, colour) {
    this.context.textAlign = "center";
    this.text(text, x, y, colour);
    this.context.textAlign = "left";
  }

  /** Text on a patterned bar, on a ground of the bar's own tint. @param {string} text @param {number} x @param {number} y @param {import("./palette.js").Ink} ink */
  onGround(text, x, y, ink) {
    if (ink.pattern) {
      this.context.fillStyle = ink.tint;
      this.context.fillRect(x - 3, y - 7, this.measure(text) + 6, 14);
    }
    this.text(text, x, y, this.palette.text);
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height @param {number} radius */
  box(x, y, width, height, radius) {
    this.context.beginPath();
    this.context.roundRect(x, y, width, height, radius);
  }

  /** A line of one device pixel. @param {number} x @param {number} top @param {number} bottom @param {string} colour */
  vertical(x, top, bottom, colour) {
    const { context } = this;
    context.strokeStyle = colour;
    context.beginPath();
    context.moveTo(Math.round(x) + 0.5, top);
    context.lineTo(Math.round(x) + 0.5, bottom);
    context.stroke();
  }

  /** @param {string} type @param {number} x @param {number} y its middle @param {boolean} [bad] */
  mark(type, x, y, bad = false) {
    const { context, palette } = this;
    const colour = bad ? palette.families.bad.line : palette.mark(type);
    const [points, filled] = SHAPES[type] ?? SHAPES.note;
    context.beginPath();
    if (!points) context.arc(x, y, type === "error" ? 4.5 : 3, 0, 7);
    else {
      for (let i = 0; i < points.length; i += 2) {
        const [px, py] = [x + points[i], y + points[i + 1]];
        if (i === 0) context.moveTo(px, py);
        else context.lineTo(px, py);
      }
      if (filled !== "open") context.closePath();
    }
    context.lineWidth = filled === "open" ? 2 : 1.5;
    context.strokeStyle = colour;
    context.fillStyle = filled === "full" ? colour : palette.surface;
    if (filled !== "open") context.fill();
    context.stroke();
    if (type === "error") {
      context.fillStyle = palette.surface;
      context.fillRect(x - 3, y - 1, 6, 2);
    }
    context.lineWidth = 1;
  }
}

/** Outlines as x, y, x, y, … around the middle; null: a circle. @type {Record<string, [number[] | null, "full" | "hollow" | "open"]>} */
const SHAPES = {
  prompt: [[0, -5, 5, 0, 0, 5, -5, 0], "full"],
  answer: [[-4, 0, -1, 3.5, 4.5, -3.5], "open"],
  call: [[0, -3.5, 0, 3.5], "open"],
  event: [null, "full"],
  delivery: [[0, -4, 4, 3, -4, 3], "hollow"],
  attempt_ok: [[0, -4, 4, 3, -4, 3], "full"],
  attempt_failed: [[-3.5, -3.5, 3.5, 3.5, 0, 0, 3.5, -3.5, -3.5, 3.5], "open"],
  screenshot: [[-4.5, -3, 4.5, -3, 4.5, 3, -4.5, 3], "hollow"],
  file: [[-3, -4.5, 1, -4.5, 3.5, -2, 3.5, 4.5, -3, 4.5], "hollow"],
  fault: [[1.5, -5.5, -3.5, 1, -0.5, 1, -1.5, 5.5, 3.5, -1, 0.5, -1], "full"],
  note: [[-3, -4, 4, -1.5, -3, 1], "full"],
  error: [null, "full"],
};
