// A hotel's desk: it looks up the reservations of a guest, who may have to enter a code.
import { Hono } from "hono";
import { html } from "hono/html";
import { Webhook } from "standardwebhooks";
import { Deck, Refused, type Run, type Settings } from "./deck.js";
import { Store, type LookUp } from "./store.js";

export interface DeskSettings extends Settings {
  webhookSecret: string;
  taskId: string;
  login: Record<string, string>;
}

const ENDED_BADLY = ["failed", "canceled"];
const INTERVAL = 30_000; // ms between two looks at what no webhook was about

export class Desk {
  readonly web = new Hono();
  private readonly deck: Deck;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly settings: DeskSettings,
    readonly store = new Store(),
  ) {
    this.deck = new Deck(settings);
    this.timer = setInterval(() => void this.lookAtAll(), INTERVAL);
    this.addRoutes();
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** Look up the reservations of a guest. The same id starts one look-up. */
  async start(id: string, guest: string): Promise<LookUp> {
    if (!this.store.find(id)) this.store.add(id, guest);
    const { taskId, login } = this.settings;
    try {
      const run = await this.deck.startRun(taskId, { ...login, input: { guest } }, `start-${id}`);
      this.store.update(id, { run_id: run.id });
      await this.look(id);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.store.update(id, { status: "failed", result: error.message });
    }
    return this.store.find(id)!;
  }

  /** Read the run of a look-up, and store what it says now. */
  async look(id: string): Promise<void> {
    const { run_id } = this.store.find(id)!;
    if (run_id) this.take(id, await this.deck.readRun(run_id));
  }

  async answer(id: string, code: string): Promise<void> {
    const { run_id, question } = this.store.find(id)!;
    const { name } = JSON.parse(question!);
    const key = `answer-${run_id}-${code}`;
    this.take(id, await this.deck.answer(run_id!, { [name]: code }, key));
  }

  private take(id: string, run: Run): void {
    const field = run.interaction?.fields[0];
    const question = field ? JSON.stringify({ text: run.interaction!.message, ...field }) : null;
    const result = run.errors[0]?.message ?? (run.output && JSON.stringify(run.output));
    this.store.update(id, { status: run.status, question, result });
  }

  private async lookAtAll(): Promise<void> {
    for (const { id } of this.store.unfinished()) await this.look(id).catch(console.error);
  }

  private addRoutes(): void {
    const { web, store } = this;

    web.post("/look-ups/:id", async (context) => {
      const { guest } = await context.req.json();
      return context.json(await this.start(context.req.param("id"), guest), 201);
    });

    web.get("/look-ups/:id", (context) => {
      const lookUp = store.find(context.req.param("id"));
      return lookUp ? context.json(lookUp) : context.notFound();
    });

    web.get("/look-ups/:id/code", (context) => {
      const { question } = store.find(context.req.param("id")) ?? {};
      if (!question) return context.notFound();
      const { text, name, label } = JSON.parse(question);
      return context.html(html`<form method="post">
        <p>${text}</p>
        <label>${label} <input name="${name}" autocomplete="one-time-code" /></label>
        <button>Send</button>
      </form>`);
    });

    web.post("/look-ups/:id/code", async (context) => {
      const id = context.req.param("id");
      const { question } = store.find(id) ?? {};
      if (!question) return context.text("Nobody has asked for a code.", 409);
      const form = await context.req.parseBody();
      try {
        await this.answer(id, String(form[JSON.parse(question).name]));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        // Perhaps Deck took the code, and only its answer was lost.
        await this.look(id);
        if (ENDED_BADLY.includes(store.find(id)!.status)) return context.text(error.message, 409);
      }
      return context.redirect(`/look-ups/${id}`);
    });

    web.post("/webhooks/deck", async (context) => {
      const body = await context.req.text();
      try {
        new Webhook(this.settings.webhookSecret).verify(body, context.req.header());
      } catch {
        return context.text("The signature is wrong.", 401);
      }
      const event = JSON.parse(body);
      const lookUp = event.type.startsWith("task_run.") && store.findByRun(event.data.id);
      // A webhook is a hint: it may come twice, late, or after a later one. The present state is read.
      if (lookUp) await this.look(lookUp.id);
      return context.body(null, 204);
    });
  }
}
