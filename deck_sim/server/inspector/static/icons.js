// @ts-check
/** Line icons on a 16-pixel grid. They are decoration: the control that has one has a name. */

import { html, svg } from "./vendor/lit-html/lit-html.js";

export const LOGO = html`<svg class="logo" viewBox="0 0 16 16" aria-hidden="true">
  <rect width="16" height="16" rx="4" />
  <path d="M3.5 5h6M5.5 8h7M3.5 11h5" />
</svg>`;

/** @type {Record<string, string>} */
const PATHS = {
  next: "M4 3.5v9l6-4.5zM12 3.5v9",
  advance: "M2.5 3.5v9l5-4.5zM8 3.5v9l5-4.5z",
  idle: "M3 3.5v9l4-4.5zM8 3.5v9l4-4.5zM13.5 3.5v9",
  clock: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3.2l2 1.3",
  sun: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  moon: "M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6z",
  auto: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11z",
  help: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM6.3 6.2c.2-2 3.5-2 3.5 0 0 1.4-1.7 1.4-1.7 2.8M8.1 11.3v.1",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  check: "M3 8.5l3.2 3.2L13 4.8",
  down: "M4 6l4 4 4-4",
  right: "M6 4l4 4-4 4",
  person:
    "M8 8.2a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2zM3 13.5c.6-2.4 2.6-3.5 5-3.5s4.400 1.100 5 3.500",
  worlds:
    "M2.500 3.500h4.500v4h-4.500zM9 3.500h4.500v4h-4.500zM2.500 9.500h4.500v3.500h-4.500zM9 9.500h4.500v3.500h-4.500z",
  search: "M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 10l3.500 3.500",
  warning: "M8 2.500l6 11h-12zM8 6.500v3.200M8 11.500v.1",
  link: "M6.500 9.500l3-3M7 4.800l1.300-1.300a2.800 2.800 0 0 1 4 4L11 8.800M9 11.200l-1.300 1.300a2.800 2.800 0 0 1-4-4L5 7.200",
};

/** @param {string} name */
export function icon(name) {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
    ${svg`<path d=${PATHS[name]} />`}
  </svg>`;
}
