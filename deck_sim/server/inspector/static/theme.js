// @ts-check
// Sets the theme before the first paint, so that the page does not flash in the other one. It is a
// classic script, because modules run later.
(() => {
  const KEY = "deck-sim-theme";
  const isDark = matchMedia("(prefers-color-scheme: dark)");
  let choice = "auto";
  try {
    choice = localStorage.getItem(KEY) ?? choice;
  } catch {
    // The browser keeps no data for this page.
  }

  function apply() {
    const { dataset } = document.documentElement;
    dataset.themeChoice = choice;
    dataset.theme = choice === "auto" ? (isDark.matches ? "dark" : "light") : choice;
  }

  isDark.addEventListener("change", apply);
  addEventListener("deck-theme-choice", (event) => {
    choice = /** @type {CustomEvent} */ (event).detail;
    apply();
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // The choice holds until the page is closed.
    }
  });
  apply();
})();
