// @ts-check
/** `GET /_sim/stream`, read with fetch, because an `EventSource` cannot send the key's header. */

const FIRST_DELAY = 250;
const LONGEST_DELAY = 5_000;
const SILENCE = 40_000; // the server sends a comment every 15 s

/**
 * @typedef {"connecting"|"live"|"reconnecting"|"refused"} Connection
 * @typedef {{type: string, data: any}} Message
 * @typedef {object} Listener
 * @property {(messages: Message[]) => void} onMessages
 * @property {(state: Connection, detail: {retryAt?: number, text?: string}) => void} onState
 */

export class Stream {
  /** @param {import("./api.js").Api} api @param {Listener} listener */
  constructor(api, listener) {
    this.api = api;
    this.listener = listener;
    this.lastId = "";
    this.delay = FIRST_DELAY;
    this.stopped = false;
    this.abort = new AbortController();
    this.timer = 0;
  }

  /** Connect, and connect again whenever the connection is lost, until `stop`. */
  start() {
    void this._connect();
    return this;
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.abort.abort();
  }

  /** Connect at once instead of at the end of the delay. */
  retryNow() {
    clearTimeout(this.timer);
    this.abort.abort();
    void this._connect();
  }

  async _connect() {
    this.abort = new AbortController();
    const { signal } = this.abort;
    try {
      /** @type {Record<string, string>} */
      const headers = { ...this.api.headers, Accept: "text/event-stream" };
      if (this.lastId) headers["Last-Event-ID"] = this.lastId;
      const response = await fetch(`${this.api.origin}/_sim/stream`, {
        headers,
        signal,
        cache: "no-store",
      });
      if (response.ok) {
        this.listener.onState("live", {});
        this.delay = FIRST_DELAY;
        await this._read(/** @type {ReadableStream<Uint8Array>} */ (response.body), signal);
      } else if (response.status < 500) return this._refuse(response); // else a proxy's answer
    } catch {
      // A lost connection; what matters is below.
    }
    if (!this.stopped && !signal.aborted) this._retry();
  }

  /** @param {Response} response */
  async _refuse(response) {
    const answer = await response.json().catch(() => null);
    const text = answer?.errors?.[0]?.message ?? `the server answered ${response.status}`;
    if (!this.stopped) this.listener.onState("refused", { text });
  }

  _retry() {
    const wait = this.delay * (0.75 + Math.random() / 2);
    this.delay = Math.min(this.delay * 2, LONGEST_DELAY);
    this.listener.onState("reconnecting", { retryAt: Date.now() + wait });
    this.timer = window.setTimeout(() => void this._connect(), wait);
  }

  /** @param {ReadableStream<Uint8Array>} body @param {AbortSignal} signal */
  async _read(body, signal) {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const parser = new Parser();
    for (;;) {
      const watchdog = setTimeout(() => void reader.cancel(), SILENCE);
      const { value, done } = await reader.read().finally(() => clearTimeout(watchdog));
      if (done || signal.aborted) return;
      const messages = parser.feed(decoder.decode(value, { stream: true }));
      if (parser.lastId) this.lastId = parser.lastId;
      if (messages.length) this.listener.onMessages(messages);
    }
  }
}

/** Server-sent events: text in chunks to messages. */
export class Parser {
  constructor() {
    this.rest = "";
    this.lastId = "";
  }

  /** @param {string} chunk @returns {Message[]} */
  feed(chunk) {
    const blocks = (this.rest + chunk).split("\n\n");
    this.rest = blocks.pop() ?? "";
    const messages = [];
    for (const block of blocks) {
      const message = this._parse(block);
      if (message) messages.push(message);
    }
    return messages;
  }

  /** @param {string} block @returns {Message|null} */
  _parse(block) {
    let type = "message";
    let data = "";
    for (const line of block.split("\n")) {
      if (line.startsWith("data:")) data += (data && "\n") + line.slice(5).trimStart();
      else if (line.startsWith("event:")) type = line.slice(6).trim();
      else if (line.startsWith("id:")) this.lastId = line.slice(3).trim();
    }
    return data ? { type, data: JSON.parse(data) } : null;
  }
}
