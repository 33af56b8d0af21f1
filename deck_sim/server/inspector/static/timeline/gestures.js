// @ts-check
/** Pointer and wheel on the lanes: drag to pan, two fingers or ctrl-wheel to zoom, click to select. */

const CLICK_REACH = 4;

/**
 * @typedef {object} Actions
 * @property {(dx: number, dy: number) => void} pan
 * @property {(factor: number, x: number) => void} zoom at a point of the canvas
 * @property {(x: number, y: number) => void} click
 * @property {(x: number, y: number) => void} hover
 * @property {() => void} leave
 * @property {() => boolean} scrolls whether there are rows to scroll to
 */

/** @param {HTMLElement} target @param {Actions} actions */
export function listen(target, actions) {
  /** @type {Map<number, {x: number, y: number}>} */
  const fingers = new Map();
  let moved = 0;
  /** @param {PointerEvent | WheelEvent} event */
  const place = (event) => {
    const { left, top } = target.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const spread = () => {
    const [one, other] = [...fingers.values()];
    return { width: Math.hypot(one.x - other.x, one.y - other.y), x: (one.x + other.x) / 2 };
  };

  target.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    fingers.set(event.pointerId, place(event));
    if (fingers.size === 1) moved = 0;
    target.setPointerCapture(event.pointerId);
  });
  target.addEventListener("pointermove", (event) => {
    const now = place(event);
    const was = fingers.get(event.pointerId);
    if (!was) return actions.hover(now.x, now.y);
    if (fingers.size === 2) {
      const before = spread();
      fingers.set(event.pointerId, now);
      const after = spread();
      actions.zoom(after.width / Math.max(1, before.width), after.x);
      actions.pan(before.x - after.x, 0);
      moved = Infinity;
      return;
    }
    moved += Math.abs(now.x - was.x) + Math.abs(now.y - was.y);
    if (moved < CLICK_REACH) return;
    fingers.set(event.pointerId, now);
    actions.pan(was.x - now.x, was.y - now.y);
  });
  /** @param {PointerEvent} event */
  const lift = (event) => {
    const was = fingers.get(event.pointerId);
    if (!fingers.delete(event.pointerId) || !was) return;
    if (event.type === "pointerup" && moved < CLICK_REACH) actions.click(was.x, was.y);
  };
  target.addEventListener("pointerup", lift);
  target.addEventListener("pointercancel", lift);
  target.addEventListener("pointerleave", () => actions.leave());
  target.addEventListener(
    "wheel",
    (event) => {
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
      const sideways = event.shiftKey && !dx;
      if (event.ctrlKey || event.metaKey) actions.zoom(Math.exp(-dy / 240), place(event).x);
      else if (sideways) actions.pan(dy, 0);
      else if (Math.abs(dx) > Math.abs(dy)) actions.pan(dx, 0);
      else if (actions.scrolls()) actions.pan(dx, dy);
      else return; // the page scrolls
      event.preventDefault();
    },
    { passive: false },
  );
}

/**
 * Calls `move` while the pointer is down, with its x and where it went down.
 * @param {HTMLElement} target
 * @param {(at: {x: number, dx: number, startY: number}) => void} move
 */
export function listenToDrag(target, move) {
  let startY = 0;
  let last = 0;
  /** @param {PointerEvent} event */
  const place = (event) => {
    const { left, top } = target.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  target.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const { x, y } = place(event);
    [startY, last] = [y, x];
    target.setPointerCapture(event.pointerId);
    move({ x, dx: 0, startY });
  });
  target.addEventListener("pointermove", (event) => {
    if (!target.hasPointerCapture(event.pointerId)) return;
    const { x } = place(event);
    move({ x, dx: x - last, startY });
    last = x;
  });
}
