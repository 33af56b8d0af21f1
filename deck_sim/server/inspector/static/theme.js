// @ts-check
// Sets the theme before the first paint, so that the page does not flash in the other one. It is a
// classic script, because modules run later.
(() => {
  const isDark = matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try {
      return localStorage.getItem("deck-sim-theme");
    } catch {
      return null; // the browser keeps no data for this page
    }
  }

  function apply() {
    const { dataset } = document.documentElement;
    const choice = chosen();
    dataset.themeChoice = choice ?? "auto";
    dataset.theme = choice ?? (isDark.matches ? "dark" : "light");
    dispatchEvent(new Event("deck-theme")); // canvases read their colours again
  }

  isDark.addEventListener("change", apply);
  addEventListener("storage", apply);
  addEventListener("deck-theme-choice", apply);
  apply();
})();
