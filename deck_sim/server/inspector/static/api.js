// @ts-check
/** Calls of the control API; in a page that is a file, the recorded answers take their place. */

/** A refused call, or one that got no answer (`status` 0). */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {{message: string}[]} errors
   */
  constructor(status, errors) {
    super(errors.map(({ message }) => message).join("\n"));
    this.status = status;
  }
}

/** Calls of one world, chosen by its key or by its id from `/_sim/worlds`. */
export class Api {
  /** @param {{key?: string|null, world?: string|null}} [choice] */
  constructor({ key = null, world = null } = {}) {
    this.key = key;
    this.world = world;
    /** The id of the world of the key, once it has answered. @type {string|null} */
    this.id = world;
    /** The address of the server, without a slash at its end. */
    this.origin = new URL(".", document.baseURI).href.replace(/\/_sim\/$/, "");
  }

  /** @returns {Record<string, string>} */
  get headers() {
    return {
      ...(this.key !== null && { Authorization: `Bearer ${this.key}` }),
      ...(this.id !== null && { "Deck-Sim-World": this.id }),
    };
  }

  /** @param {string} path below the server's address, like `/_sim/next` @returns {Promise<any>} */
  get(path) {
    return this.call("GET", path);
  }

  /** @param {string} path @param {unknown} [body] @returns {Promise<any>} */
  post(path, body) {
    return this.call("POST", path, body);
  }

  /** @param {string} path @returns {Promise<any>} */
  del(path) {
    return this.call("DELETE", path);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body] sent as JSON
   * @returns {Promise<any>}
   */
  async call(method, path, body) {
    const headers = {
      ...this.headers,
      ...(body !== undefined && { "Content-Type": "application/json" }),
    };
    /** @type {RequestInit} */
    const init = { method, headers, cache: "no-store", body: JSON.stringify(body) };
    const response = await fetch(this.origin + path, init).catch(() => {
      throw new ApiError(0, [{ message: "the server does not answer" }]);
    });
    const isPicture = response.headers.get("Content-Type")?.startsWith("image/svg+xml");
    const answer = await (isPicture ? response.text() : response.json().catch(() => null));
    if (response.ok) return answer;
    const errors = answer?.errors ?? [{ message: `the server answered ${response.status}` }];
    throw new ApiError(response.status, errors);
  }
}

/**
 * @typedef {object} Recording
 * @property {import("./model.js").World} world
 * @property {any[]} data
 * @property {any[]} events
 * @property {any} next
 * @property {Record<string, any>} answers of the control API, by path
 * @property {string} title what was recorded, such as the name of a test
 * @property {string} text why, such as its failure
 */

/** The recording in this page, if it is a file. @returns {Recording|null} */
export function readRecording() {
  const text = document.getElementById("recording")?.textContent;
  return text ? JSON.parse(text) : null;
}

/** Gives the answers that were recorded. */
export class RecordedApi extends Api {
  /** @param {Recording} recording */
  constructor(recording) {
    super();
    this.answers = recording.answers;
  }

  /** @param {string} method @param {string} path @returns {Promise<any>} */
  async call(method, path) {
    const name = decodeURIComponent(path);
    if (method === "GET" && Object.hasOwn(this.answers, name)) return this.answers[name];
    throw new ApiError(404, [{ message: "This is not in the recording." }]);
  }
}

/** @typedef {import("./app.js").Context} Context */
/** @typedef {{data: any, error: any, epoch?: string, version: string|number|null}} Fetched
 * the latest answer or its error, and the epoch and version that it belongs to */

/** @type {WeakMap<Api, Map<string, Fetched>>} */
const answersByApi = new WeakMap();

/**
 * The answer to `GET path`; a view is drawn again when it comes.
 * @param {Context} ctx
 * @param {string} path
 * @param {string|number} [version] if it differs from the last one, the server is asked again
 * @returns {Fetched}
 */
export function fetched(ctx, path, version = "") {
  const answers = answersByApi.get(ctx.api) ?? new Map();
  answersByApi.set(ctx.api, answers);
  const epoch = ctx.model.world?.epoch;
  let answer = answers.get(path);
  if (!answer || answer.epoch !== epoch) {
    answer = { data: null, error: null, epoch, version: null };
    answers.set(path, answer);
  }
  if (answer.version !== version && ctx.connection.state !== "silent")
    void ask(ctx, path, answer, version);
  return answer;
}

/** @param {Context} ctx @param {string} path @param {Fetched} answer
 * @param {string|number} version */
async function ask(ctx, path, answer, version) {
  answer.version = version;
  try {
    Object.assign(answer, { data: await ctx.api.get(path), error: null });
  } catch (/** @type {any} */ error) {
    // A server that is back is asked again; until then its last answer is shown.
    if (error.status === 0) return void Object.assign(answer, { error, version: null });
    Object.assign(answer, { data: null, error });
  }
  ctx.refresh();
}
