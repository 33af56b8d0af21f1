// @ts-check
// Sets the chosen theme before the first paint, so that the page does not flash in the other one. It
// is a classic script, because modules run later.
(() => {
  const KEY = "deck-sim-theme";
  const { dataset } = document.documentElement;
  try {
    dataset.theme = localStorage.getItem(KEY) ?? "auto";
  } catch {
    dataset.theme = "auto"; // the browser keeps no data for this page
  }
  addEventListener("deck-theme", (event) => {
    dataset.theme = /** @type {CustomEvent} */ (event).detail;
    try {
      localStorage.setItem(KEY, dataset.theme ?? "auto");
    } catch {
      // The choice holds until the page is closed.
    }
  });
})();
