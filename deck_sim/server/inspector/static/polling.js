// @ts-check
/** What is new in a world: `GET /_sim/timeline?after=N`, asked twice a second. */

const PAUSE = 500; // ms between two questions
const FIRST_DELAY = 250; // ms until the first attempt after the connection was lost
const LONGEST_DELAY = 5_000;

/**
 * @typedef {"connecting"|"live"|"reconnecting"|"refused"} Connection
 * @typedef {object} Listener
 * @property {(news: import("./model.js").News) => void} onNews
 * @property {(state: Connection, detail: {retryAt?: number, text?: string}) => void} onState
 */

export class Poller {
  /** @param {import("./api.js").Api} api @param {Listener} listener */
  constructor(api, listener) {
    this.api = api;
    this.listener = listener;
    /** How many records are known. */
    this.after = 0;
    this.epoch = "";
    /** @type {Connection} */
    this.state = "connecting";
    this.delay = FIRST_DELAY;
    this.isAsking = false;
    this.isStopped = false;
    this.timer = 0;
  }

  /** Ask now, and again and again until `stop`. */
  start() {
    void this._ask();
    return this;
  }

  stop() {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  /** Ask at once instead of at the end of the pause. */
  askNow() {
    clearTimeout(this.timer);
    void this._ask();
  }

  async _ask() {
    if (this.isAsking || this.isStopped) return;
    this.isAsking = true;
    let pause = PAUSE;
    try {
      const news = await this.api.get(`/_sim/timeline?after=${this.after}`);
      if (!this.isStopped) pause = this._take(news);
    } catch (/** @type {any} */ error) {
      if (error.status >= 400 && error.status < 500) return this._tell("refused", error.message);
      pause = this.delay * (0.75 + Math.random() / 2);
      this.delay = Math.min(this.delay * 2, LONGEST_DELAY);
      this._tell("reconnecting", undefined, Date.now() + pause);
    } finally {
      this.isAsking = false;
    }
    if (!this.isStopped) this.timer = window.setTimeout(() => void this._ask(), pause);
  }

  /** @param {import("./model.js").News} news @returns {number} the pause after it */
  _take(news) {
    this.delay = FIRST_DELAY;
    const isOther = news.world.epoch !== this.epoch && this.after > 0;
    this.epoch = news.world.epoch;
    this.after = isOther ? 0 : news.next;
    if (isOther) return 0; // the world was replaced: its records are asked for from the first
    if (this.state !== "live") this._tell("live");
    this.listener.onNews(news);
    return PAUSE;
  }

  /** @param {Connection} state @param {string} [text] @param {number} [retryAt] */
  _tell(state, text, retryAt) {
    this.state = state;
    if (!this.isStopped) this.listener.onState(state, { text, retryAt });
  }
}
