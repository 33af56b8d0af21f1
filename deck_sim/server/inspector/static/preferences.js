// @ts-check
/** What the page remembers in this browser. Without it, the page works all the same. */

/** @param {string} name @returns {string|null} */
export function readPreference(name) {
  try {
    return localStorage.getItem(`deck-sim-${name}`);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string|null} value null forgets it */
export function writePreference(name, value) {
  try {
    if (value === null) localStorage.removeItem(`deck-sim-${name}`);
    else localStorage.setItem(`deck-sim-${name}`, value);
  } catch {
    // The browser keeps no data for this page.
  }
}
