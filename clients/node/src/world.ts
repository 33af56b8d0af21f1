import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CallsInFlight } from "./calls_in_flight.js";
import { callControl, DeckSimError, readUrl } from "./control.js";
import { checkOptions, makeKey, writeTime } from "./options.js";
import { listen } from "./receiver.js";
import { FAILING, listFindings, readTimeline, writeReport } from "./reports.js";
import { readTimers, tick } from "./ticking.js";
import type { Call, Delivery, Edition, FakeTimers, Fault, Hold, HoldPoint } from "./types.js";
import type { MockTimers, Options, Receiver, Ref, Run, Time } from "./types.js";

const LOGINS = {
  connections: { id: "connection_id", prefix: "conn", status: "connected", answerKey: "inputs" },
  credentials: { id: "credential_id", prefix: "cred", status: "verified", answerKey: "input" },
};
const openNames = new Set<string>(); // of the worlds of this process

type Moved = { now: string; next: { at: string } | null; kept_back?: { answers: number }[] };

/** A simulated Deck for one test: its resources, its clock, its scenarios, its calls. */
export class World {
  readonly baseUrl: string;
  readonly apiKey: string;
  /** The page that shows this world, while the server runs. */
  readonly inspectorUrl: string;
  /** DECK_BASE_URL, DECK_API_KEY and DECK_WEBHOOK_SECRET of this world. */
  readonly env: Record<string, string>;
  readonly #options: Options;
  readonly #server: string;
  readonly #calls = new CallsInFlight();
  readonly #receivers: Server[] = [];
  #seeded = 0; // resources
  #isOpen = true;

  private constructor(options: Options, server: string, readonly edition: Edition, readonly webhookSecret: string) {
    this.#options = options;
    this.#server = server;
    this.apiKey = makeKey(options.name);
    this.baseUrl = `${server}/v2`;
    this.inspectorUrl = `${server}/_sim/ui#key=${this.apiKey}`;
    this.env = { DECK_BASE_URL: this.baseUrl, DECK_API_KEY: this.apiKey, DECK_WEBHOOK_SECRET: webhookSecret };
  }

  /** Open a new world. Its key follows from its name; two open worlds cannot have one name. */
  static async open(options: Options): Promise<World> {
    checkOptions(options);
    const { name, edition, clock = "frozen", now, scenario, seed, url } = options;
    const server = readUrl(url);
    if (openNames.has(name)) {
      const fix = "close the first one, or give each its own name";
      throw new DeckSimError(`a world with the name '${name}' is open already; ${fix}`);
    }
    const settings = { edition, clock, now, default_scenario: scenario, seed };
    type Made = { edition: Edition; webhook_secret: string };
    openNames.add(name);
    const opening = callControl<Made>(server, makeKey(name), "POST", "/reset", settings);
    opening.catch(() => openNames.delete(name));
    return new World(options, server, (await opening).edition, (await opening).webhook_secret);
  }

  /** Make any call of the control API: `control("PATCH", "/world", { session_limit: 1 })`. */
  async control<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    if (method !== "GET") this.#calls.changes += 1;
    return this.#call<T>(method, path.replace(/^\/_sim(?=\/)/, ""), body);
  }

  async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
    this.#checkOpen();
    return callControl<T>(this.#server, this.apiKey, method, path, body);
  }

  #checkOpen(): void {
    if (this.#isOpen) return;
    const fix = "await everything that your test starts before it ends";
    throw new DeckSimError(`the world '${this.#options.name}' is closed; ${fix}`);
  }

  /** Move the clock. All that falls due happens before this returns, webhooks included. */
  advance = async (by: Time): Promise<void> => this.#move({ by: writeTime(by) });
  /** Move the clock until nothing more happens by itself. Prompts do not time out. */
  settle = (): Promise<void> => this.#move({ until: "idle" });
  /** Move the clock in place of a client's sleep: give this function to the client. */
  sleep = async (ms: number): Promise<void> => this.#move({ sleep: writeTime(ms) });
  /** Move the clock to the first event of a type, or of several, about a resource if given. */
  advanceUntil = (event: string | string[], about?: Ref): Promise<void> =>
    this.#move({ until: { event, id: about && readId(about) } });
  #move = (how: object): Promise<void> => this.control("POST", "/clock/advance", how);

  /** Move the clock and the fake timers of vitest or jest together, from timer to timer, by a time, or until a
   * promise is settled, which is the result. The application calls with `world.fetch`. With `mock.timers` of
   * node:test, `step` is the longest time to move at once.
   */
  tick<T = void>(by: Time | Promise<T>, timers: FakeTimers): Promise<T>;
  tick<T = void>(by: Time | Promise<T>, timers: MockTimers, options: { step: Time }): Promise<T>;
  async tick<T>(by: Time | Promise<T>, timers: FakeTimers | MockTimers, options?: { step: Time }): Promise<T> {
    const { clock = "frozen" } = this.#options;
    if (clock !== "frozen") {
      throw new DeckSimError(`\`tick\` needs the clock \`frozen\`, but this world's is \`${clock}\``);
    }
    const advance = async (ms: number) => {
      const body = { sleep: writeTime(ms) };
      const { now, next, kept_back = [] } = await this.#call<Moved>("POST", "/clock/advance", body);
      // At least 1: what is due in less than a millisecond is not due now.
      const due = next ? Math.max(Date.parse(next.at) - Date.parse(now), 1) : Infinity;
      return { due, held: kept_back.reduce((sum, { answers }) => sum + answers, 0) };
    };
    await tick(this.#calls, advance, by, readTimers(timers, options?.step));
    return by as T;
  }

  /** `fetch` for an application whose timers `tick` moves. */
  readonly fetch: typeof fetch = async (...call) => {
    this.#checkOpen();
    return this.#calls.fetch(this.#server, ...call);
  };

  /** Deliver webhooks to a URL, or to an application in this process, at `path`. */
  async deliverTo(receiver: Receiver, options: { path?: string; events?: string[] } = {}): Promise<{ url: string }> {
    const { path = "/webhooks/deck", events } = options;
    this.#checkOpen();
    let url = receiver;
    if (typeof url !== "string") {
      const server = await listen(url, this.#calls);
      this.#receivers.push(server);
      url = new URL(path, `http://127.0.0.1:${(server.address() as AddressInfo).port}`).href;
    }
    const destination = await this.control<{ warning: string | null }>("POST", "/webhooks", { url, events });
    if (destination.warning) throw new DeckSimError(destination.warning);
    return { url };
  }

  /** Let each resource that nothing else chooses a scenario for play this one. */
  use = (scenario: string): Promise<void> => this.control("PATCH", "/world", { default_scenario: scenario });
  /** Let each of the next new runs play one of these scenarios. */
  queue = (...scenarios: string[]): Promise<void> =>
    this.control("POST", "/queue", { resource: "task_run", scenarios });
  /** Add a scenario, such as `{ task_run: ["queued", { failed: "source/source_error" }] }`. */
  scenario = (name: string, story: object): Promise<void> =>
    this.control("PUT", `/scenarios/${encodeURIComponent(name)}`, story);
  fault = (fault: Fault): Promise<{ id: string }> => this.control("POST", "/faults", fault);
  /** Approve or reject a run that waits for a reviewer. */
  approve = (run: Ref): Promise<void> => this.control("POST", `/task-runs/${readId(run)}/approve`);
  reject = (run: Ref): Promise<void> => this.control("POST", `/task-runs/${readId(run)}/reject`);
  /** Answer the open prompt of a run or connection, as its user does through the application. */
  answer = (about: Ref, values: Record<string, string>): Promise<void> => {
    const path = readId(about).startsWith("conn_") ? "connections" : "task-runs";
    return this.control("POST", `/${path}/${readId(about)}/answer`, { [LOGINS[this.edition].answerKey]: values });
  };

  /** Stop runs, connections and sessions before an event, or the answers to a call, until `release`. */
  async hold(point: HoldPoint): Promise<Hold> {
    const place = typeof point === "string" ? { [point.includes("/") ? "call" : "event"]: point } : point;
    const { id } = await this.control<{ id: string }>("POST", "/holds", place);
    return { id, release: () => this.control("DELETE", `/holds/${id}`) };
  }

  /** Seed a task that can be run. `login` is the part of the body of its run that names the login. */
  async readyTask(fields: object = {}): Promise<{ taskId: string; login: Record<string, string> }> {
    const { id, prefix, status } = LOGINS[this.edition];
    const makeId = (kind: string) => `${kind}_${String((this.#seeded += 1)).padStart(16, "0")}`;
    const [agentId, sourceId, taskId, loginId] = [makeId("agt"), makeId("src"), makeId("task"), makeId(prefix)];
    const resources = {
      agents: [{ id: agentId, name: "Agent" }],
      sources: [{ id: sourceId, type: "website", website: { url: "https://source.example" } }],
      tasks: [{ name: "Task", ...fields, id: taskId, agent_id: agentId }],
      [this.edition]: [{ id: loginId, source_id: sourceId, auth_method: "none", status }],
    };
    await this.control("POST", "/seed", { resources });
    return { taskId, login: { [id]: loginId } };
  }

  /** Every run, oldest first, with its input. */
  runs = (): Promise<Run[]> => this.#list("/task-runs?plain=true");
  /** The calls of the application, oldest first, or those that match a pattern: `GET /v2/task-runs/*`. */
  calls = (pattern?: string): Promise<Call[]> =>
    this.#list(`/requests?plain=true${pattern === undefined ? "" : `&match=${encodeURIComponent(pattern)}`}`);
  /** Every delivery of a webhook, oldest first, with its attempts. */
  deliveries = (): Promise<Delivery[]> => this.#list("/deliveries?plain=true");
  /** What happened, one line each. */
  timeline = (): Promise<string> => readTimeline(this);
  #list = async <T>(path: string): Promise<T[]> => (await this.control<{ data: T[] }>("GET", path)).data;

  /** Delete the world. Throws if something was left over, such as a fault that never fired. With
   * `failed`, true or the reason, print what happened instead, and keep the world for its page.
   */
  async close({ failed = false }: { failed?: boolean | string } = {}): Promise<void> {
    if (!this.#isOpen) return;
    const { name, strict = true, html } = this.#options;
    let problems: string[] = [];
    try {
      if (!failed && strict) problems = await listFindings(this, FAILING);
      const reason = typeof failed === "string" ? `${failed}\n` : "";
      if (failed || problems.length) console.error(`${name}\n${reason}${await writeReport(this, html)}`);
      else await this.control("DELETE", "/world");
    } finally {
      this.#isOpen = false;
      openNames.delete(name);
      for (const server of this.#receivers) server.close().closeAllConnections();
    }
    const fix = "if this is intended, give the world the option `strict: false`";
    if (problems.length) throw new DeckSimError(`${problems.join("\n")}\n${fix}`);
  }
}

const readId = (about: Ref): string => (typeof about === "string" ? about : about.id);
