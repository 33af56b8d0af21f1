// @ts-check
/** The world's time, and the buttons that move it. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { clockText, countText, dayText, leftText, parseTime, words } from "../parts/format.js";
import { button, dataList, icon, readForm, textField, when } from "../parts/widgets.js";

/** @typedef {import("../app.js").Context} Context */

/** @type {Record<string, string>} what each mode means */
const MODES = {
  real: "Time moves with the wall clock.",
  frozen: "Time moves only when somebody advances it.",
  on_poll: "Each read of an unfinished resource moves the time to its next change.",
};

const SPANS = ["1s", "10s", "1m", "5m", "1h", "1d"];

/** Move the clock, and say what happened. @param {Context} ctx @param {object} body */
export function advance(ctx, body) {
  if (ctx.isBusy || ctx.readOnly || ctx.isOffline) return Promise.resolve(null);
  ctx.set({ menu: null });
  const isGood = (/** @type {any} */ { happened }) =>
    happened.every(
      (/** @type {any} */ { kind, status }) => ctx.model.statusRow(kind, status).family !== "bad",
    );
  const call = ctx.api.post("/_sim/clock/advance", body);
  return ctx.act((report) => reportText(ctx, report), call, isGood);
}

/** What an advance did, in a line. @param {Context} ctx @param {any} report */
function reportText({ model }, { now, happened }) {
  const moves = happened.filter((/** @type {any} */ entry) => model.lane(entry.id) && entry.status);
  const texts = moves.map((/** @type {any} */ { id, what }) => `${model.lane(id)?.title}: ${what}`);
  const attempts = happened.filter((/** @type {any} */ { changes }) => changes?.attempts).length;
  const others = attempts ? countText(attempts, "webhook attempt") : "no status changed";
  const text = moves.length > 2 ? `${moves.length.toLocaleString("en")} changes` : texts.join("; ");
  return `${clockText(Date.parse(now))} · ${words(text).replaceAll("->", "→") || others}`;
}

/** What advances to the time of a due item. A real clock may have passed it.
 * @param {Context} ctx @param {{at: string}} due */
export function untilDue({ model }, { at }) {
  const left = Math.max(0, Math.ceil(parseTime(at) - model.now()));
  return model.world?.clock === "real" ? { by: `${left}ms` } : { to: at };
}

/** @param {Context} ctx */
export function advanceToNext(ctx) {
  const due = ctx.model.firstDue;
  return due ? advance(ctx, untilDue(ctx, due)) : Promise.resolve(null);
}

/** @param {Context} ctx */
export function advanceUntilIdle(ctx) {
  return advance(ctx, { until: "idle" });
}

/** What happens next, like `Run 3: running → completed`.
 * @param {import("../model.js").Model} model @param {import("../model.js").DueItem} due */
export function dueText(model, due) {
  const lane = model.lane(due.id);
  if (lane) {
    const what = due.to ? `${words(lane.status)} → ${words(due.to)}` : due.what;
    return `${lane.title}: ${what}`;
  }
  const delivery = model.deliveries.get(due.id);
  return delivery ? `${delivery.eventType}: attempt ${delivery.attempts.length + 1}` : due.what;
}

/** @param {Context} ctx */
export function clockView(ctx) {
  const { model, ui } = ctx;
  if (!model.world) return nothing;
  const { clock: mode, speed, step } = model.world;
  const [time, part] = clockText(model.now()).split(".");
  const pace = mode === "real" && speed !== 1 ? `×${speed}` : (step ?? "");
  const isOpen = ui.menu === "clock";
  return html`<div class="clock">
    ${button(
      html`<span class="clock-time mono"
          >${time}${when(part && mode !== "real", html`<small>.${part}</small>`)}</span
        >
        <small class="clock-day">${dayText(model.now())} · ${words(mode)} ${pace}</small>`,
      () => ctx.set({ menu: isOpen ? null : "clock" }),
      { kind: "clock-face", expanded: isOpen, title: MODES[mode] },
    )}
    ${isOpen ? clockMenu(ctx) : nothing}
  </div>`;
}

/** @param {Context} ctx */
export function advanceButtons(ctx) {
  const { model, ui, isBusy, isOffline } = ctx;
  if (ctx.readOnly || !model.world) return nothing;
  const due = model.firstDue;
  const isOpen = ui.menu === "advance";
  const timeLeft = due ? leftText(due.time, model.now()).replace("in ", "") : "";
  // For a resource that waits for a person, the next due item is the end of its wait.
  const isTimeout = ["answer", "review"].includes(
    model.unfinishedById.get(due?.id ?? "")?.remedy.do ?? "",
  );
  const isBest = model.world.clock === "frozen" && due && !model.prompts;
  return html`<fieldset
    class="advance"
    aria-label="Move the clock"
    aria-busy=${isBusy}
    ?disabled=${isBusy || isOffline}
  >
    ${button(
      html`${icon("next")}<span class="cut"
          >${isTimeout ? `${model.lane(due?.id ?? "")?.title} times out` : "Next"}</span
        ><span class="button-note">${timeLeft}</span>`,
      () => advanceToNext(ctx),
      {
        kind: `button ${isBest ? "button-primary" : ""}`,
        disabled: !due,
        title: due ? `${dueText(model, due)} (n)` : "Nothing is due",
      },
    )}
    <span class="menu-anchor">
      ${button(
        html`${icon("advance")}<span>Advance…</span>`,
        () => ctx.set({ menu: isOpen ? null : "advance" }),
        { expanded: isOpen },
      )}
      ${isOpen ? advanceMenu(ctx) : nothing}
    </span>
    ${button(html`${icon("idle")}<span>Until idle</span>`, () => advanceUntilIdle(ctx), {
      title: "Until nothing moves by itself, or a prompt is open (i)",
    })}
  </fieldset>`;
}

/** @param {Context} ctx */
function advanceMenu(ctx) {
  const types = [...new Set(ctx.model.events.slice(-500).map((event) => event.type))].sort();
  const hour = new Date(ctx.model.now() + 3_600_000).toISOString().slice(0, 19) + "Z";
  return html`<div class="menu advance-menu" role="dialog" aria-label="Advance the clock">
    <div class="row" role="group" aria-label="By">
      ${SPANS.map((span) => button(`+${span}`, () => advance(ctx, { by: span }), { kind: "chip" }))}
    </div>
    ${advanceForm("By", "2m30s", (by) => advance(ctx, { by }))}
    ${advanceForm("To", hour, (to) => advance(ctx, { to }))}
    ${advanceForm("Until", ctx.model.exampleEvent, (event) => advance(ctx, { until: { event } }))}
    ${dataList("advance-until-values", types)}
  </div>`;
}

/** @param {string} label @param {string} example @param {(value: string) => void} act */
function advanceForm(label, example, act) {
  const id = `advance-${label.toLowerCase()}`;
  const submit = (/** @type {SubmitEvent} */ event) => act(readForm(event).value);
  return html`<form class="menu-row" @submit=${submit}>
    <label for=${id} class="muted">${label}</label>
    ${textField("value", { id, example, list: `${id}-values`, required: true })}
    <button class="button">Advance</button>
  </form>`;
}

/** @param {Context} ctx */
function clockMenu(ctx) {
  const world = /** @type {import("../model.js").World} */ (ctx.model.world);
  /** @param {SubmitEvent} event */
  const apply = async (event) => {
    const { mode, speed, step } = readForm(event);
    // A field that was filled in before another mode was chosen has no effect.
    const body = {
      mode,
      ...(mode === "real" && speed && { speed: Number(speed) }),
      ...(mode === "on_poll" && step && { step }),
    };
    if (await ctx.act(`The clock is ${mode}`, ctx.api.call("PUT", "/_sim/clock", body)))
      ctx.set({ menu: null });
  };
  return html`<form class="menu clock-menu" aria-label="The clock" @submit=${apply}>
    ${Object.entries(MODES).map(
      ([mode, text]) =>
        html`<label class="choice">
          <input type="radio" name="mode" value=${mode} ?checked=${mode === world.clock} />
          <span><strong>${words(mode)}</strong><small>${text}</small></span>
        </label>`,
    )}
    <div class="menu-row for-real">
      <label for="clock-speed" class="muted">Speed</label>
      ${textField("speed", {
        id: "clock-speed",
        value: world.clock === "real" ? `${world.speed}` : "",
        example: "60 means a minute per second",
      })}
    </div>
    <div class="menu-row for-on-poll">
      <label for="clock-step" class="muted">Step</label>
      ${textField("step", { id: "clock-step", value: world.step ?? "", example: "5s, for each read" })}
    </div>
    <button class="button button-primary last" ?disabled=${ctx.readOnly || ctx.isOffline}>
      Set the clock
    </button>
  </form>`;
}
