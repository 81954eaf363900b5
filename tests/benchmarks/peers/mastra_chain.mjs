// The chain in Mastra: a workflow of steps typed with zod, in memory and on SQLite.
// Run in .bench/node, where its packages are.

import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.cwd(), "package.json"));
const load = (name) => import(pathToFileURL(require.resolve(name)));
const { createStep, createWorkflow } = await load("@mastra/core/workflows");
const { Mastra } = await load("@mastra/core/mastra");
const { LibSQLStore } = await load("@mastra/libsql");
const { z } = await load("zod");

const LENGTH = 100;
const Number_ = z.object({ n: z.number().int() });

function chain() {
  let flow = createWorkflow({ id: "chain", inputSchema: Number_, outputSchema: Number_ });
  for (let at = 0; at < LENGTH; at++) {
    const execute = async ({ inputData }) => ({ n: inputData.n + 1 });
    flow = flow.then(createStep({ id: `s${at}`, inputSchema: Number_, outputSchema: Number_, execute }));
  }
  return flow.commit();
}

async function runOnce(workflow) {
  const result = await (await workflow.createRun()).start({ inputData: { n: 0 } });
  if (result.result?.n !== LENGTH) throw new Error(JSON.stringify(result).slice(0, 300));
}

async function measure(storage, section, rounds) {
  const workflow = new Mastra({ workflows: { chain: chain() }, storage, logger: false }).getWorkflow("chain");
  await runOnce(workflow);
  const started = performance.now();
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) await runOnce(workflow);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(before);
  const used = (user + system) / 1e6;
  console.log([section, "Mastra", (LENGTH * rounds) / seconds, (LENGTH * rounds) / used].join("\t"));
}

const folder = mkdtempSync(join(tmpdir(), "mastra-"));
try {
  await measure(undefined, "memory", 20);
  await measure(new LibSQLStore({ id: "bench", url: `file:${join(folder, "mastra.db")}` }), "one", 3);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
