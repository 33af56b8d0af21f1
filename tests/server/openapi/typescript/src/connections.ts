// A client of the edition `connections`: open a connection, run a task on it, and answer its prompt.
import createClient from "openapi-fetch";
import { expect, read, settings, sleep } from "./calls.js";
import type { components, paths, webhooks } from "./connections-api.js";

type Connection = components["schemas"]["Connection"];
type TaskRun = components["schemas"]["TaskRun"];
type CreateDestination = components["schemas"]["CreateDestination"];
type RunFailed = webhooks["task_run.failed"]["post"]["requestBody"]["content"]["application/json"];

const deck = createClient<paths>(settings);

const agent = await read(deck.POST("/agents", { body: { name: "Concierge" } }));
const source = await read(
  deck.POST("/sources", { body: { type: "website", website: { url: "https://hotel.example" } } }),
);
const task = await read(
  deck.POST("/tasks", { body: { name: "Read reservations", agent_id: agent.id } }),
);
const opened = await read(
  deck.POST("/connections", {
    body: {
      source_id: source.id,
      auth_method: "username_password",
      auth_credentials: { username: "guest+mfa_then_success@example.com", password: "pw" },
      external_id: "customer-17",
    },
  }),
);

async function poll<Resource extends { status: string }>(
  look: () => Promise<Resource>,
  ...waiting: Resource["status"][]
): Promise<Resource> {
  for (;;) {
    const resource = await look();
    if (!waiting.includes(resource.status)) return resource;
    await sleep(0.01);
  }
}
const lookAtConnection = (id: string): Promise<Connection> =>
  read(deck.GET("/connections/{id}", { params: { path: { id } } }));
const lookAtRun = (id: string): Promise<TaskRun> =>
  read(deck.GET("/task-runs/{id}", { params: { path: { id } } }));

const connection = await poll(() => lookAtConnection(opened.id), "connecting");
expect(connection.status === "connected", `the connection opens, not ${connection.status}`);

const started = await read(
  deck.POST("/tasks/{id}/run", {
    params: { path: { id: task.id } },
    body: { connection_id: connection.id },
  }),
);
const promptedRun = await poll(() => lookAtRun(started.id), "queued", "running");
expect(promptedRun.interaction !== null, "the run asks for a code");
const inputs = Object.fromEntries(promptedRun.interaction.fields.map(({ name }) => [name, "123456"]));
await read(
  deck.POST("/task-runs/{id}/interaction", {
    params: { path: { id: started.id } },
    body: { inputs },
  }),
);
const finished = await poll(() => lookAtRun(started.id), "queued", "running");
expect(finished.status === "completed", `the run completes, not ${finished.status}`);
console.log(finished.id, finished.output?.["reservations"], finished.runtime_ms);

const events: CreateDestination["events"] = ["task_run.completed", "task_run.failed"];
const region = "eu-central-1";
const destinations: CreateDestination[] = [
  {
    name: "webhook",
    type: "webhook",
    config: { url: "https://app.example/hooks", custom_headers: JSON.stringify({ "X-App": "1" }) },
    events: ["*"],
  },
  {
    name: "sqs",
    type: "aws_sqs",
    config: { queue_url: "https://sqs.example/q" },
    credentials: { access_key: "key" },
    events,
  },
  { name: "kinesis", type: "aws_kinesis", config: { stream_name: "s", region }, events },
  { name: "s3", type: "aws_s3", config: { bucket: "b", region }, events },
  { name: "eventbridge", type: "aws_eventbridge", config: { event_bus_name: "b", region }, events },
  { name: "pubsub", type: "gcp_pubsub", config: { project_id: "p", topic: "t" }, events },
  { name: "bus", type: "azure_servicebus", config: { name: "bus" }, events },
  {
    name: "rabbit",
    type: "rabbitmq",
    config: { exchange: "e", server_url: "amqps://mq.example" },
    events,
  },
  { name: "hookdeck", type: "hookdeck", events },
];
for (const body of destinations) {
  const destination = await read(deck.POST("/event-destinations", { body }));
  expect(destination.type === body.type, "a destination has its type");
}

const page = await read(
  deck.GET("/events", { params: { query: { type: ["task_run.completed"], limit: 5 } } }),
);
for (const event of page.data) console.log(event.type, event.data.id, event.created_at);
const runs = await read(
  deck.GET("/task-runs", {
    params: { query: { status: ["completed"], connection_id: [connection.id] } },
  }),
);
expect(runs.data[0]?.id === finished.id, "the finished run is listed");
await read(deck.POST("/connections/{id}/terminate", { params: { path: { id: connection.id } } }));

/** What a webhook handler reads. */
export const handle = (message: RunFailed): string => `${message.data.id}: ${message.data.status}`;
