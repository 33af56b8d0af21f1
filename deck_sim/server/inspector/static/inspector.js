// @ts-check
/** The state of the page, and what changes it. Views get it as a `Context`, and draw it. */

import { render } from "./vendor/lit-html/lit-html.js";
import { Api, RecordedApi } from "./api.js";
import { readFragment, writeFragment } from "./fragment.js";
import { Model } from "./model.js";
import { Toasts } from "./parts/toasts.js";
import { NEXT, Poller } from "./polling.js";

const NEXT_AGE = 2_000; // ms after which an answer about a moving clock is old
const SAVE_PAUSE = 200; // ms after the last of many choices of a moment
const TICK = 500; // ms between two drawings of a moving clock
const RESTARTED = "The server was restarted. Its worlds are new, unless it has `--state FILE`.";

/**
 * @typedef {import("./fragment.js").Place & {menu: string|null, expanded: Set<string>,
 *   zoom: number}} Ui `zoom`: of the timeline
 * @typedef {{state: import("./polling.js").Connection, text?: string, since: number}} Connected
 *   `since`: when an answer came, in the time of this machine
 * @typedef {ReturnType<Inspector["context"]>} Context what a view gets; a new one for each drawing
 */

export class Inspector {
  /**
   * @param {HTMLElement} root
   * @param {(inspector: Inspector, ctx: Context) => any} view
   * @param {import("./api.js").Recording|null} recording
   */
  constructor(root, view, recording = null) {
    this.root = root;
    this.view = view;
    this.recording = recording;
    this.readOnly = recording !== null;
    this.model = recording ? Model.fromRecording(recording) : new Model();
    this.api = recording ? new RecordedApi(recording) : new Api();
    /** @type {Ui} */
    this.ui = { ...readFragment(location.hash), menu: null, expanded: new Set(), zoom: 1 };
    /** @type {Connected} */
    this.connection = { state: recording ? "recording" : "connecting", since: 0 };
    this.isBusy = false;
    /** @type {Poller|null} */
    this.poller = null;
    this.toasts = new Toasts(() => this.refresh());
    /** Whether the connection was lost, and nothing has come since. */
    this.wasGone = false;
    this.isDrawn = true;
    this.ticker = 0;
    this.saver = 0;
    /** The past that was drawn last, and what it was made of. */
    this.past = { model: new Model(), key: "" };
    this.askedAt = 0;
    this.isAsking = false;
    this.isStale = false;
  }

  start() {
    this.root.replaceChildren(); // what index.html shows until now
    addEventListener("hashchange", () => this._follow(readFragment(location.hash)));
    document.addEventListener("visibilitychange", () => this.refresh());
    this.open();
    return this;
  }

  get hasWorld() {
    return this.readOnly || this.ui.key !== null || this.ui.world !== null;
  }

  /** Show the world that the address names, from its beginning. */
  open() {
    this.poller?.stop();
    this.poller = null;
    if (!this.readOnly) {
      this.model = new Model();
      this.api = new Api(this.ui);
      if (this.hasWorld) this._poll();
    }
    this.refresh();
  }

  _poll() {
    this.connection = { state: "connecting", since: Date.now() };
    this.poller = new Poller(this.api, {
      onNews: (news) => {
        this.connection.since = Date.now();
        const before = this.model.world?.epoch;
        if (!this.model.take(news)) return;
        // The world has another history now: it was reset, or its server was restarted.
        if (before !== undefined && before !== news.world.epoch) {
          this.set({ selected: null, at: null });
          if (this.wasGone) this.toasts.add(RESTARTED, false);
        }
        this.wasGone = false;
        if (!news.due) return void this._askNext();
        this.model.takeNext(news.due);
        this.refresh();
      },
      onState: (state, text) => {
        if (state === this.connection.state) return;
        this.connection = { ...this.connection, state, text };
        this.wasGone ||= state === "silent";
        this.model.setRunning(state === "live");
        this.refresh();
      },
    }).start();
  }

  /** Ask what is due next: one request at a time, and another if something happened since. */
  async _askNext() {
    this.isStale = true;
    if (this.isAsking) return;
    this.isAsking = true;
    while (this.isStale) {
      this.isStale = false;
      this.askedAt = performance.now();
      const { model, api } = this;
      const next = await api.get(NEXT).catch(() => null);
      if (next && model === this.model) model.takeNext(next);
      this.refresh();
    }
    this.isAsking = false;
  }

  /** Draw soon, once for all changes until then. */
  refresh() {
    if (!this.isDrawn) return;
    this.isDrawn = false;
    // A hidden page gets no frames, but its title still counts the open prompts.
    if (document.hidden) setTimeout(() => this._draw(), TICK);
    else requestAnimationFrame(() => this._draw());
  }

  _draw() {
    this.isDrawn = true;
    this.model.tick();
    const { prompts } = this.model;
    const name = this.recording?.title || "deck-sim";
    document.title = prompts ? `(${prompts}) ${name}` : name;
    render(this.view(this, this.context()), this.root);
    clearTimeout(this.ticker);
    const isTicking = this.model.world?.clock === "real" && this.model.isRunning;
    if (!isTicking || document.hidden) return;
    this.ticker = window.setTimeout(() => {
      if (performance.now() - this.askedAt > NEXT_AGE) void this._askNext();
      this.refresh();
    }, TICK);
  }

  /** The world at the moment that is chosen. */
  _modelAt(/** @type {number|null} */ time) {
    const { model } = this;
    if (time === null || time >= model.now()) return model;
    const key = `${model.world?.epoch} ${model.version} ${time}`;
    if (this.past.key !== key) this.past = { model: model.at(time), key };
    return this.past.model;
  }

  /** What a view draws, and what it calls. */
  context() {
    const { model: present, ui, api, connection, isBusy } = this;
    const model = this._modelAt(ui.at);
    const isPast = model !== present;
    const readOnly = this.readOnly || isPast;
    const isOffline = connection.state !== "live";
    return {
      /** The world as it is shown. */
      model,
      /** The world as it is now. */
      present,
      /** Whether a past moment is shown. */
      isPast,
      ui,
      api,
      /** Whether nothing can be changed: it is a recording or the past. */
      readOnly,
      connection,
      /** Whether nothing that needs the server can be done. */
      isOffline,
      /** Whether an action is not done yet. */
      isBusy,
      /** Open the details. */
      select: (/** @type {import("./model.js").Ref|null} */ selected) => this.set({ selected }),
      go: (/** @type {string} */ tab) => this.set({ tab }),
      set: this.set.bind(this),
      act: this.act.bind(this),
      toast: (/** @type {string} */ text, isOk = true) => this.toasts.add(text, isOk),
      /** Draw again, after a change that the model does not know of. */
      refresh: () => this.refresh(),
    };
  }

  /** Change what is shown. Another tab or selection is a step back in the history of the browser.
   * @param {Partial<Ui>} changes */
  set(changes) {
    const before = this.ui;
    this.ui = { ...before, ...changes };
    const fragment = writeFragment(this.ui);
    if (fragment !== location.hash) {
      const isStep = before.tab !== this.ui.tab || before.selected !== this.ui.selected;
      const save = () => history[isStep ? "pushState" : "replaceState"](null, "", fragment);
      clearTimeout(this.saver);
      // Browsers accept few changes of the address in a second.
      if ("at" in changes) this.saver = window.setTimeout(save, SAVE_PAUSE);
      else save();
    }
    if (before.key !== this.ui.key || before.world !== this.ui.world) this.open();
    this.refresh();
  }

  /** @param {import("./fragment.js").Place} place */
  _follow(place) {
    const before = this.ui;
    this.ui = { ...before, ...place, menu: null };
    if (before.key !== place.key || before.world !== place.world) this.open();
    this.refresh();
  }

  /** Wait for an action and report its result; return null on an error.
   * @param {string|((answer: any) => string)} done the message after a success, if any
   * @param {Promise<any>} promise
   * @param {(answer: any) => boolean} [isGood] whether what it led to is good news */
  async act(done, promise, isGood = () => true) {
    this.isBusy = true;
    this.refresh();
    try {
      const answer = await promise;
      const text = typeof done === "function" ? done(answer) : done;
      if (text) this.toasts.add(text, isGood(answer));
      return answer ?? true;
    } catch (/** @type {any} */ error) {
      this.toasts.add(error.message, false);
      return null;
    } finally {
      this.isBusy = false;
      this.poller?.askNow();
      this.refresh();
    }
  }
}
