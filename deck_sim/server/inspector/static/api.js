// @ts-check
/** The control API. The page uses nothing else. */

/** A refused call, or one that got no answer (`status` 0). */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {{message: string, field?: string, type?: string, code?: string}[]} errors
   */
  constructor(status, errors) {
    super(errors.map((one) => one.message).join("\n"));
    this.status = status;
    this.errors = errors;
    this.messages = errors.map((one) => one.message);
    this.field = errors.find((one) => one.field)?.field ?? null;
  }
}

/** Calls of one world, chosen by its key or by its id from `/_sim/worlds`. */
export class Api {
  /** @param {{key?: string|null, world?: string|null}} [choice] */
  constructor({ key = null, world = null } = {}) {
    this.key = key;
    this.world = world;
    /** The address of the server, without a slash at its end. */
    this.origin = new URL(".", document.baseURI).href.replace(/\/_sim\/$/, "");
  }

  /** @returns {Record<string, string>} */
  get headers() {
    if (this.key !== null) return { Authorization: `Bearer ${this.key}` };
    return this.world === null ? {} : { "Deck-Sim-World": this.world };
  }

  /** @param {string} path below the server's address, like `/_sim/next` @returns {Promise<any>} */
  get(path) {
    return this.call("GET", path);
  }

  /** @param {string} path @param {unknown} [body] @returns {Promise<any>} */
  post(path, body) {
    return this.call("POST", path, body);
  }

  /** @param {string} path @param {unknown} [body] @returns {Promise<any>} */
  put(path, body) {
    return this.call("PUT", path, body);
  }

  /** @param {string} path @param {unknown} [body] @returns {Promise<any>} */
  patch(path, body) {
    return this.call("PATCH", path, body);
  }

  /** @param {string} path @returns {Promise<any>} */
  del(path) {
    return this.call("DELETE", path);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body] JSON; a string is sent as it is, as YAML
   * @returns {Promise<any>}
   */
  async call(method, path, body) {
    /** @type {RequestInit} */
    const init = { method, headers: { ...this.headers }, cache: "no-store" };
    if (body !== undefined) {
      const isText = typeof body === "string";
      init.body = isText ? body : JSON.stringify(body);
      init.headers = {
        ...this.headers,
        "Content-Type": isText ? "application/yaml" : "application/json",
      };
    }
    const response = await fetch(this.origin + path, init).catch(() => {
      throw new ApiError(0, [{ message: "the server does not answer" }]);
    });
    const answer = await response.json().catch(() => null);
    if (response.ok) return answer;
    const errors = answer?.errors ?? [{ message: `the server answered ${response.status}` }];
    throw new ApiError(response.status, errors);
  }
}
