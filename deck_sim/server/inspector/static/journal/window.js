// @ts-check
/** Arithmetic of a list of rows of one height, of which only the visible ones are rendered. */

/** @typedef {{top: number, height: number, row: number, count: number}} Scrolled */

/** The rows to render: those that are visible, and a few around them. */
export function visibleRows(/** @type {Scrolled} */ { top, height, row, count }, around = 8) {
  const first = Math.max(0, Math.min(count, Math.floor(top / row)) - around);
  const last = Math.min(count, Math.ceil((top + height) / row) + around);
  return { first, last: Math.max(first, last) };
}

/** The scroll position that shows a row, the nearest to the present one. */
export function positionOf(/** @type {number} */ index, /** @type {Scrolled} */ scrolled) {
  const { top, height, row } = scrolled;
  const start = index * row;
  if (start < top) return start;
  return Math.max(top, start + row - height);
}

/** Whether the last row is visible; half a row may be missing. */
export function isAtEnd(/** @type {Scrolled} */ { top, height, row, count }) {
  return top + height >= count * row - row / 2;
}
