// Calls of Deck, which are repeated if the network fails or Deck is busy.

export interface Settings {
  baseUrl: string;
  apiKey: string;
  fetch: typeof fetch;
}

export interface Run {
  id: string;
  status: string;
  output: object | null;
  errors: { code: string; message: string }[];
  interaction: { message: string; fields: { name: string; label: string }[] } | null;
}

/** Deck refused a call. */
export class Refused extends Error {
  readonly code: string;

  constructor(errors: { code: string; message: string }[]) {
    super(errors.map(({ message }) => message).join(" "));
    this.code = errors[0]?.code ?? "unknown";
  }
}

/** Deck did not answer, or was busy, for all of the attempts. */
export class Unavailable extends Error {}

const ATTEMPTS = 5;
const PAUSE = 1000; // ms before the second attempt; twice as long before each later one

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export class Deck {
  constructor(private readonly settings: Settings) {}

  /** Start a run. Calls with the same `key` start one run. */
  startRun(taskId: string, body: object, key: string): Promise<Run> {
    return this.call("POST", `/tasks/${taskId}/run`, body, key);
  }

  readRun(id: string): Promise<Run> {
    return this.call("GET", `/task-runs/${id}`);
  }

  answer(id: string, inputs: Record<string, string>, key: string): Promise<Run> {
    return this.call("POST", `/task-runs/${id}/interaction`, { inputs }, key);
  }

  private async call(method: string, path: string, body?: object, key?: string): Promise<Run> {
    const { baseUrl, apiKey, fetch } = this.settings;
    const headers: Record<string, string> = {
      authorization: `Bearer ${apiKey}`,
      "content-type": "application/json",
      ...(key && { "idempotency-key": key }),
    };
    for (let attempt = 0, pause = 0; attempt < ATTEMPTS; attempt += 1) {
      if (attempt > 0) await sleep(pause);
      pause = PAUSE * 2 ** attempt;
      try {
        const answer = await fetch(`${baseUrl}${path}`, { method, headers, body: JSON.stringify(body) });
        if (answer.status === 429 || answer.status >= 500) {
          const seconds = answer.headers.get("retry-after");
          if (seconds !== null) pause = Number(seconds) * 1000;
          continue;
        }
        const data = (await answer.json()) as any;
        if (answer.ok) return data;
        throw new Refused(data.errors);
      } catch (error) {
        if (error instanceof Refused) throw error;
      }
    }
    throw new Unavailable(`Deck did not answer ${method} ${path}`);
  }
}
