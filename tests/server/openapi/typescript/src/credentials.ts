// A client of the edition `credentials`: run a task with a stored credential, and answer its prompt.
import createClient from "openapi-fetch";
import { expect, read, settings, sleep } from "./calls.js";
import type { components, paths, webhooks } from "./credentials-api.js";

type TaskRun = components["schemas"]["TaskRun"];
type CreateDestination = components["schemas"]["CreateTypedDestination"];
type RunCompleted =
  webhooks["task_run.completed"]["post"]["requestBody"]["content"]["application/json"];

const deck = createClient<paths>(settings);

const agent = await read(deck.POST("/agents", { body: { name: "Concierge" } }));
const source = await read(
  deck.POST("/sources", { body: { type: "website", website: { url: "https://hotel.example" } } }),
);
const task = await read(
  deck.POST("/tasks", { body: { name: "Read reservations", agent_id: agent.id } }),
);
await read(
  deck.PATCH("/tasks/{id}", {
    params: { path: { id: task.id } },
    body: { settings: { timeout_seconds: 600 }, storage: { enabled: true } },
  }),
);
const credential = await read(
  deck.POST("/credentials", {
    body: {
      source_id: source.id,
      auth_method: "username_password",
      auth_credentials: { username: "guest+mfa_then_success@example.com", password: "pw" },
    },
  }),
);

async function poll(id: string): Promise<TaskRun> {
  for (;;) {
    const run = await read(deck.GET("/task-runs/{id}", { params: { path: { id } } }));
    if (run.status !== "queued" && run.status !== "running") return run;
    await sleep(0.01);
  }
}

const started = await read(
  deck.POST("/tasks/{id}/run", {
    params: { path: { id: task.id } },
    body: { credential_id: credential.id },
  }),
);
const promptedRun = await poll(started.id);
expect(promptedRun.interaction !== null, "the run asks for a code");
const input = Object.fromEntries(promptedRun.interaction.fields.map(({ name }) => [name, "123456"]));
await read(
  deck.POST("/task-runs/{id}/interaction", {
    params: { path: { id: started.id } },
    headers: { "Idempotency-Key": "answer-1" },
    body: { input },
  }),
);
const finished = await poll(started.id);
expect(finished.status === "completed", `the run completes, not ${finished.status}`);
expect(finished.result === "success", "the run has a result");
console.log(finished.id, finished.output?.["reservations"], finished.runtime_ms);

await read(
  deck.POST("/credentials", { body: { source_id: source.id, auth_method: "none", auth_credentials: {} } }),
);
const withoutLogin = await read(
  deck.POST("/tasks/{id}/run", {
    params: { path: { id: task.id } },
    body: { source_id: source.id, input: { nights: 2 } },
  }),
);
await read(deck.POST("/task-runs/{id}/cancel", { params: { path: { id: withoutLogin.id } } }));

const events: CreateDestination["events"] = ["task_run.completed", "task_run.failed"];
const region = "eu-central-1";
const destinations: CreateDestination[] = [
  { name: "usual", webhook: { url: "http://127.0.0.1:9/hooks" }, events: ["*"] },
  {
    name: "webhook",
    type: "webhook",
    webhook: { url: "https://app.example/hooks", custom_headers: JSON.stringify({ "X-App": "1" }) },
    events,
  },
  { name: "sqs", type: "aws_sqs", aws_sqs: { queue_url: "https://sqs.example/q" }, events },
  { name: "kinesis", type: "aws_kinesis", aws_kinesis: { stream_name: "s", region }, events },
  { name: "s3", type: "aws_s3", aws_s3: { bucket: "b", region }, events },
  {
    name: "eventbridge",
    type: "aws_eventbridge",
    aws_eventbridge: { event_bus_name: "bus", region },
    events,
  },
  { name: "pubsub", type: "gcp_pubsub", gcp_pubsub: { project_id: "p", topic: "t" }, events },
  { name: "bus", type: "azure_servicebus", azure_servicebus: { name: "bus" }, events },
  {
    name: "rabbit",
    type: "rabbitmq",
    rabbitmq: { exchange: "e", server_url: "amqps://mq.example" },
    events,
  },
  { name: "hookdeck", type: "hookdeck", hookdeck: {}, events },
];
for (const body of destinations) {
  const destination = await read(deck.POST("/event-destinations", { body }));
  expect(destination.type === (body.type ?? "webhook"), "a destination has its type");
}

const page = await read(
  deck.GET("/events", { params: { query: { type: ["task_run.completed"], limit: 5 } } }),
);
for (const event of page.data) console.log(event.type, event.data.id, event.created_at);
const runs = await read(
  deck.GET("/task-runs", { params: { query: { status: ["completed"], include: ["input"] } } }),
);
expect(runs.data[0]?.id === finished.id, "the finished run is listed");

/** What a webhook handler reads. */
export const handle = (message: RunCompleted): string => `${message.data.id}: ${message.data.status}`;
