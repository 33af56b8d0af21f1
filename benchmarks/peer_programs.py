"""The programs and files that the doubles of `peers.py` need."""

import json

RUN = json.dumps({"id": "one", "object": "task_run", "status": "completed", "output": "." * 300})
HTTPSERVER = f"""
import sys
from pytest_httpserver import HTTPServer

def prepare():
    server.expect_request("/runs/one").respond_with_data({RUN!r}, content_type="application/json")

server = HTTPServer(port=int(sys.argv[1]))
prepare()
server.start()
for line in sys.stdin:
    server.clear()
    prepare()
    print(flush=True)
"""
EMULATE = """
import { createEmulator } from "emulate"
import { createInterface } from "node:readline"

const stripe = await createEmulator({ service: "stripe", port: Number(process.argv[2]) })
for await (const line of createInterface({ input: process.stdin })) {
  stripe.reset()
  console.log()
}
"""
RESPX = f"""
import httpx, respx, sys, time

def prepare():
    respx.get("https://api.example/runs/one").respond(content={RUN!r})

def rate(times):
    with respx.mock, httpx.Client() as client:
        prepare()
        began = time.perf_counter()
        for _ in range(times):
            client.get("https://api.example/runs/one")
        return times / (time.perf_counter() - began)

def clean_ms(times):
    with httpx.Client() as client:
        began = time.perf_counter()
        for _ in range(times):
            with respx.mock:
                prepare()
                client.get("https://api.example/runs/one")
        return (time.perf_counter() - began) / times * 1000

count = int(sys.argv[1])
print(rate(count), clean_ms(count))
"""
OURS = """
import httpx2, sys, time
from deck_sim import Deck, DeckSim

def client_of(deck):
    headers = {"Authorization": f"Bearer {deck.api_key}"}
    return httpx2.Client(base_url=deck.base_url, transport=deck.transport, headers=headers)

def rate(times):
    with DeckSim() as deck, client_of(deck) as client:
        path = f"/task-runs/{deck.start_run('success', status='completed')['id']}"
        began = time.perf_counter()
        for _ in range(times):
            client.get(path)
        return times / (time.perf_counter() - began)

def clean_ms(times):
    with DeckSim() as deck, client_of(deck) as client:
        began = time.perf_counter()
        for number in range(times):
            client.headers["Authorization"] = f"Bearer sk_{number}"
            client.get("/task-runs")
        return (time.perf_counter() - began) / times * 1000

count = int(sys.argv[1])
print(rate(count), clean_ms(count))
"""
ID = "8f6f3f3a-0000-4000-8000-00000000000"
KEPT = {"bodyType": "DATABUCKET", "databucketID": "runs", "crudKey": "id"}
MOCKOON = {
    "uuid": f"{ID}1",
    "lastMigration": 33,
    "name": "bench",
    "rootChildren": [{"type": "route", "uuid": f"{ID}2"}],
    "data": [{"id": "runs", "uuid": f"{ID}3", "value": "[]"}],
    "routes": [{"uuid": f"{ID}2", "type": "crud", "endpoint": "runs", "responses": [KEPT]}],
}
CONTENT = {"application/json": {"example": json.loads(RUN)}}
GET = {"responses": {"200": {"description": "A run", "content": CONTENT}}}
PRISM = {
    "openapi": "3.0.3",
    "info": {"title": "bench", "version": "1"},
    "paths": {"/runs/one": {"get": GET}},
}
