// An application that receives webhooks, on a server of its own on loopback.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import type { CallsInFlight } from "./calls_in_flight.js";
import type { FetchHandler, Receiver } from "./types.js";

const RAISED = "deck-sim-raised"; // the header that tells the server of an error of the application

/** Listen on a free port, and count what is received. */
export async function listen(receiver: Exclude<Receiver, string>, calls: CallsInFlight): Promise<Server> {
  const server = createServer(async (request, response) => {
    calls.receiving += 1;
    response.once("close", () => (calls.receiving -= 1));
    try {
      if (typeof receiver === "function") await receiver(request, response);
      else await answerWith(receiver, request, response);
    } catch (error) {
      const text = String(error).replace(/[^ -~]+/g, " ").slice(0, 200);
      if (!response.headersSent) response.writeHead(500, { [RAISED]: text });
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.unref();
}

async function answerWith(handler: FetchHandler, request: IncomingMessage, response: ServerResponse) {
  const { method = "POST", headers, url } = request;
  const options = { method, headers: headers as Record<string, string>, body: await buffer(request) };
  const answer = await handler.fetch(new Request(`http://${headers.host}${url}`, options));
  response.writeHead(answer.status, [...answer.headers].flat());
  response.end(Buffer.from(await answer.arrayBuffer()));
}
