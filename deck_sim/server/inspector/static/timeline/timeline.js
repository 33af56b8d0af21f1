// @ts-check
/** The custom element <deck-timeline>. */

class DeckTimeline extends HTMLElement {
  /** @param {import("../app.js").Context} ctx */
  set ctx(ctx) {
    this.textContent = [...ctx.model.lanes.values()]
      .map((lane) => `${lane.title} ${lane.status} ${lane.spans.length} ${lane.marks.length}`)
      .join("\n");
  }
}

customElements.define("deck-timeline", DeckTimeline);
