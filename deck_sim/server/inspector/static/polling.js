// @ts-check
/** New records of a world: `GET /_sim/timeline?after=N`, twice a second. */

const PAUSE = 500; // ms between two requests
export const NEXT = "/_sim/next?limit=2000"; // a world of 5,000 runs has 10,000 timers
const LONG_PAUSE = 1_000; // while there is no answer
export const PATIENCE = 3_000; // ms without an answer, after which the server counts as silent

/**
 * @typedef {"connecting"|"live"|"silent"|"deleted"|"refused"|"recording"} Connection
 * @typedef {object} Listener
 * @property {(news: import("./model.js").News) => void} onNews
 * @property {(state: Connection, text?: string) => void} onState
 */

export class Poller {
  /** @param {import("./api.js").Api} api @param {Listener} listener */
  constructor(api, listener) {
    this.api = api;
    this.listener = listener;
    /** How many records are known. */
    this.after = 0;
    /** The answer of `GET /_sim/schemas`, asked for once. @type {import("./model.js").Schemas|null} */
    this.schemas = null;
    this.epoch = "";
    this.isAsking = false;
    this.isStopped = false;
    this.timer = 0;
    this.patience = 0;
  }

  /** Ask now, then after each pause, until `stop`. */
  start() {
    void this._ask();
    return this;
  }

  stop() {
    this.isStopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.patience);
  }

  /** Ask at once instead of at the end of the pause. */
  askNow() {
    clearTimeout(this.timer);
    void this._ask();
  }

  async _ask() {
    if (this.isAsking || this.isStopped) return;
    this.isAsking = true;
    this._watch();
    let pause = PAUSE;
    try {
      const [news, schemas, due] = await Promise.all([
        this.api.get(`/_sim/timeline?after=${this.after}`),
        this.schemas ?? this.api.get("/_sim/schemas"),
        // At once, so that the first drawing has the reasons.
        this.after ? null : this.api.get(NEXT),
      ]);
      this.schemas = schemas;
      if (!this.isStopped) pause = this._take({ ...news, schemas, due });
    } catch (/** @type {any} */ error) {
      if (error.status === 404) this._tell("deleted");
      else if (error.status >= 400 && error.status < 500)
        return this._tell("refused", error.message);
      else {
        pause = LONG_PAUSE;
        this.schemas = null; // another server may answer next
        this.api.id = this.api.world; // a restarted server knows no world by its id yet
        this._tell("silent");
      }
    } finally {
      this.isAsking = false;
      clearTimeout(this.patience);
    }
    if (!this.isStopped) this.timer = window.setTimeout(() => void this._ask(), pause);
  }

  /** Say so if no answer comes, as from a process that a debugger has stopped. The request goes on:
   * a slow server answers it. A hidden page waits longer, since its browser slows it down. */
  _watch() {
    clearTimeout(this.patience);
    this.patience = window.setTimeout(
      () => (document.hidden ? this._watch() : this._tell("silent")),
      PATIENCE,
    );
  }

  /** @param {import("./model.js").News} news @returns {number} the pause after it */
  _take(news) {
    const isOther = news.world.epoch !== this.epoch && this.after > 0;
    this.epoch = news.world.epoch;
    this.after = isOther ? 0 : news.next;
    if (isOther) return 0; // the world was replaced: its records are asked for from the first
    this.api.id = news.world.world; // a call with the key would create a deleted world again
    this._tell("live");
    this.listener.onNews(news);
    return PAUSE;
  }

  /** @param {Connection} state @param {string} [text] */
  _tell(state, text) {
    if (!this.isStopped) this.listener.onState(state, text);
  }
}
