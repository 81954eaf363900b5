// Plays with a playground by Mastra's JavaScript client, and prints each request with its answer as a line of JSON.
// See record.py.
import assert from "node:assert/strict";
import { MastraClient } from "@mastra/client-js";

const baseUrl = process.argv[2];
const exchanges = [];

async function recording(url, init = {}) {
  const response = await fetch(url, init);
  const exchange = { method: init.method ?? "GET", path: url.slice(baseUrl.length), body: init.body ?? null };
  exchanges.push(exchange);
  const copy = response.clone();
  exchange.reading = copy.text().then((text) => Object.assign(exchange, { status: response.status, answer: text }));
  return response;
}

const client = new MastraClient({ baseUrl, retries: 0, fetch: recording });

const all = async (stream) => {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
};
const types = (chunks) => chunks.map((chunk) => chunk.type.replace("workflow-", "")).join(" ");
const refused = (promise, status) => assert.rejects(promise, (error) => error.status === status);
const ada = { name: "Ada", amount: 2 };
const yes = { step: "ask", resumeData: { approved: true } };

// What there is.
assert.deepEqual(Object.keys(await client.listWorkflows()).sort(), ["broken", "every", "packing", "parcel", "shop", "slow"]);
const shop = client.getWorkflow("shop");
assert.equal((await shop.details()).stepGraph[0].step.id, "price");
assert.deepEqual((await shop.getSchema()).inputSchema.required, ["name"]);
await refused(client.getWorkflow("nowhere").details(), 404);

// Start, read, answer.
let run = await shop.createRun({ runId: "r1" });
assert.equal((await run.start({ inputData: ada })).message, "Workflow run started");
const seen = await all(await run.observe());
assert.equal(types(seen), "start step-start step-output step-output step-result step-start step-suspended finish");
assert.deepEqual(await all(await run.observe({ offset: 5 })), seen.slice(5));
await refused(run.resume({ step: "ask", resumeData: { approved: [] } }), 400);
await refused(run.resume({ step: "nowhere", resumeData: { approved: true } }), 404);
const rest = await all(await run.resumeStream(yes));
assert.equal(types(rest), "start step-start step-result step-start step-result finish");
assert.equal(rest.at(-1).payload.finalWorkflowResult, 40);
await refused(run.resumeAsync(yes), 409);
assert.equal((await shop.createRun({ runId: "r1" })).runId, "r1");
assert.equal((await shop.runById("r1")).steps.ask.resumePayload.approved, true);
assert.equal("steps" in (await shop.runById("r1", { fields: ["result"], withNestedWorkflows: false })), false);

run = await shop.createRun({ runId: "r2", resourceId: "ada" });
await refused(run.startAsync({ inputData: {} }), 400);
let result = await run.startAsync({ inputData: ada });
assert.deepEqual([result.status, result.suspended, result.suspendPayload.ask], ["suspended", [["ask"]], { question: "Pay 20?" }]);
result = await run.resumeAsync({ step: ["ask"], resumeData: { approved: false } });
assert.deepEqual([result.status, result.result], ["success", 0]);
for (const [runId, way] of [["r3", "resume"], ["r4", "resumeNoWait"]]) {
  run = await shop.createRun({ runId });
  await run.startAsync({ inputData: ada });
  assert.equal((await run[way](yes)).runId, runId);
  assert.equal((await all(await run.observe())).at(-1).payload.workflowStatus, "success");
}
const listed = await shop.runs({ resourceId: "ada", status: "success", page: 0, perPage: 5, fromDate: new Date(0) });
assert.deepEqual([listed.total, listed.runs[0].runId], [1, "r2"]);
assert.equal((await shop.runs({ limit: false })).total, 4);

// Streams.
const parcel = client.getWorkflow("parcel");
run = await parcel.createRun({ runId: "r5" });
await refused(run.stream({ inputData: {} }), 400);
const parts = await all(await run.stream({ inputData: ada, requestContext: { tier: "gold" } }));
assert.equal(
  types(parts),
  "start step-start step-output step-output step-result step-start step-start step-result step-waiting step-result step-result finish",
);
await refused(run.stream({ inputData: ada }), 409);

// Time travel.
result = await run.timeTravelAsync({ step: "packing", inputData: 7 });
assert.deepEqual([result.status, result.result, result.runId === "r5"], ["success", 14, false]);
assert.match((await run.timeTravel({ step: ["packing", "double"], inputData: 8 })).message, /started/);
const anew = await all(await run.timeTravelStream({ step: "packing.double" }));
assert.equal(types(anew), "start step-start step-result step-waiting step-result step-result finish");
await refused(run.timeTravel({ step: "nowhere" }), 404);

// Failure, cancel, restart.
const broken = client.getWorkflow("broken");
result = await (await broken.createRun({ runId: "r6" })).startAsync({ inputData: 1 });
assert.deepEqual([result.status, result.error.message, result.steps.fail.error.message], ["failed", "Out of stock", "Out of stock"]);
const failure = await all(await (await broken.createRun({ runId: "r7" })).stream({ inputData: 1 }));
assert.deepEqual(failure.at(-2).payload.error, { name: "ValueError", message: "Out of stock" });
const slow = client.getWorkflow("slow");
run = await slow.createRun({ runId: "r8" });
const reader = (await run.stream({ inputData: 1 })).getReader();
exchanges.at(-1).goes_on = true; // while the next requests are made
while ((await reader.read()).value.type !== "workflow-step-start");
await run.cancel();
const end = [];
for (let part = await reader.read(); !part.done; part = await reader.read()) end.push(part.value);
assert.equal(types(end), "step-result canceled finish");
await refused(run.cancel(), 409);
await refused(run.restart({}), 409);
run = await slow.createRun({ runId: "r9" });
await refused(run.restart({}), 409);
await run.start({ inputData: 4 });
const begun = (await run.observe()).getReader();
exchanges.at(-1).goes_on = true;
while ((await begun.read()).value.type !== "workflow-step-start");
await begun.cancel();
result = await run.restartAsync();
assert.deepEqual([result.status, result.result], ["success", 8]);

// Items.
const every = client.getWorkflow("every");
run = await every.createRun({ runId: "r10" });
result = await run.startAsync({ inputData: [1, 2] });
assert.deepEqual(result.suspended, [["ask", 0], ["ask", 1]]);
await run.resumeAsync({ ...yes, forEachIndex: 1 });
await refused(run.resume({ ...yes, forEachIndex: 1 }), 409);
assert.deepEqual((await run.resumeAsync({ ...yes, forEachIndex: 0 })).result, [1, 2]);

// Delete.
assert.equal((await every.deleteRunById("r10")).message, "Workflow run deleted");
await refused(every.deleteRunById("r10"), 404);
assert.equal((await client.listWorkflowRunCounts()).shop.suspended, 0);

for (const exchange of exchanges) {
  await exchange.reading;
  const { method, path, body, status, answer, goes_on = false } = exchange;
  console.log(JSON.stringify({ method, path, body, status, answer, goes_on }));
}
process.exit(0);
