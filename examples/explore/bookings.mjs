// The application of `bookings.py` in JavaScript, and its check. With BOOKINGS=repaired it has no mistakes.
import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { createServer } from "node:http";

const { DECK_BASE_URL: base, DECK_API_KEY: key, DECK_WEBHOOK_SECRET: secret } = process.env;
const ATTEMPTS = 5; // of one call
const POLLS = 2000; // a second each: as long as a task may take
const FINAL = ["completed", "failed", "canceled"];
const sleep = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

async function send(method, path, body, headers = {}) {
  headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json", ...headers };
  const answer = await fetch(base + path, { method, headers, body: body && JSON.stringify(body) });
  return [answer.status, answer.headers, await answer.json().catch(() => null)];
}

class Bookings {
  bookings = new Map();

  async begin() {
    // Mistake 1: without an idempotency key, a repeated call starts a second run.
    return this.add(await this.call("POST", "/tasks/task_bookings/run", { connection_id: "conn_guest" }));
  }

  add(run) {
    const booking = { id: run.id, status: run.status, messages: [] };
    this.bookings.set(run.id, booking);
    return booking;
  }

  async wait(booking) {
    // Mistake 2: a run may be over before it was ever seen running.
    for (const status of ["running", "completed"]) await this.waitFor(booking, [status]);
  }

  async waitFor(booking, statuses) {
    for (let polls = 0; polls < POLLS; polls++) {
      booking.status = await this.read(booking);
      if (statuses.includes(booking.status)) return;
    }
    throw new Error(`the run was never ${statuses}`);
  }

  async read(booking) {
    return (await this.call("GET", `/task-runs/${booking.id}`)).status;
  }

  async take(event) {
    const booking = this.bookings.get(event.data.id);
    // Mistake 3: a webhook may come before the answer that tells the id of the run.
    if (!booking) return;
    // Mistake 4: a webhook may come twice.
    this.tell(booking, event.type);
    // Mistake 5: an older webhook may come after a newer one.
    booking.told = event.data.status;
  }

  tell(booking, type) {
    booking.messages.push(type.replace("task_run.", ""));
  }

  async call(method, path, body, headers) {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [status, , answerBody] = await send(method, path, body, headers).catch(() => [0]);
      // Mistake 6: a 429 asks to wait and to call again, too.
      if (status && status < 500) {
        assert(status < 400, `${method} ${path}: ${status}`);
        return answerBody;
      }
    }
    throw new Error(`${method} ${path}: no answer`);
  }
}

class Repaired extends Bookings {
  early = new Map(); // webhooks that came before the answer, by the id of their run
  takenIds = new Set();

  async begin() {
    const headers = { "Idempotency-Key": randomUUID() };
    const run = await this.call("POST", "/tasks/task_bookings/run", { connection_id: "conn_guest" }, headers);
    const booking = this.add(run);
    for (const type of this.early.get(run.id) ?? []) this.tell(booking, type);
    return booking;
  }

  async wait(booking) {
    await this.waitFor(booking, FINAL);
  }

  async take(event, id) {
    if (this.takenIds.has(id)) return;
    this.takenIds.add(id);
    const booking = this.bookings.get(event.data.id);
    if (booking) {
      this.tell(booking, event.type);
      booking.told = await this.read(booking);
    } else {
      this.early.set(event.data.id, [...(this.early.get(event.data.id) ?? []), event.type]);
    }
  }

  async call(method, path, body, headers) {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [status, answered, answerBody] = await send(method, path, body, headers).catch(() => [0]);
      if (status && status < 500 && status !== 429) {
        assert(status < 400, `${method} ${path}: ${status}`);
        return answerBody;
      }
      await sleep(Number(answered?.get("Retry-After") ?? 0));
    }
    throw new Error(`${method} ${path}: no answer`);
  }
}

function receive(app) {
  const server = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", async () => {
      const body = Buffer.concat(parts).toString();
      const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signatures } = request.headers;
      const bytes = Buffer.from(secret.replace("whsec_", ""), "base64");
      const signed = createHmac("sha256", bytes).update(`${id}.${at}.${body}`).digest("base64");
      const isRight = signatures?.split(" ").includes(`v1,${signed}`);
      const status = isRight ? await app.take(JSON.parse(body), id).then(() => 204, () => 500) : 401;
      response.writeHead(status).end();
    });
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

async function untilDelivered() {
  const control = base.replace(/\/v2$/, "/_sim/deliveries");
  const isPending = ({ status }) => status === "pending";
  const read = async () => (await fetch(control, { headers: { Authorization: `Bearer ${key}` } })).json();
  while ((await read()).data.some(isPending)) await sleep(0.01);
}

const app = process.env.BOOKINGS === "repaired" ? new Repaired() : new Bookings();
const server = await receive(app);
try {
  const url = `http://127.0.0.1:${server.address().port}/`;
  const events = ["task_run.queued", "task_run.running", "task_run.completed"];
  const destination = { name: "app", type: "webhook", config: { url }, events };
  const headers = { "Idempotency-Key": "destination" };
  await Repaired.prototype.call("POST", "/event-destinations", destination, headers);
  const booking = await app.begin();
  await app.wait(booking);
  await untilDelivered();
  assert.equal(booking.status, "completed");
  assert.equal(booking.told, "completed");
  assert.deepEqual(booking.messages.sort(), ["completed", "queued", "running"]);
} finally {
  server.close();
  server.closeAllConnections();
}
