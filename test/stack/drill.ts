// `npm run drill -- N`: a fire drill for operators. Five servers with their users, the whole stack with the shipped rules, and after a
// minute something goes wrong. It prints addresses and not the cause. `npm run drill -- N --tell` prints the cause alone.
import { buildAll, programsOf, whyNotBuildable } from "./binaries.ts";
import { startAlertmanager } from "./drill/alertmanager.ts";
import { INCIDENTS } from "./drill/incidents.ts";
import { startPages } from "./drill/pages.ts";
import { startShops } from "./drill/shops.ts";
import { findLoki } from "./loki-here.ts";
import { whenParentsGo } from "./parents.ts";
import { pause } from "./service.ts";
import { freePorts } from "../support/ports.ts";
import { startStack } from "./stack.ts";

const QUIET_MS = 60_000;
/** Small, so that a drill about a queue takes minutes where an operator's takes hours. */
const QUEUE_BYTES = 1_000_000;

const end = new Promise<string>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve(signal));
  whenParentsGo(() => resolve("what started it has gone"));
});

const [number = "", option] = process.argv.slice(2);
const incident = INCIDENTS[number];
const missing = whyNotBuildable();
if (incident === undefined || missing !== undefined) {
  console.error(missing ?? `npm run drill -- N [--tell], with N of ${Object.keys(INCIDENTS).join(", ")}`);
  process.exit(2);
}
if (option === "--tell") {
  console.log(incident.cause);
  process.exit(0);
}

const built = await buildAll((line) => console.log(line));
const loki = findLoki();
const { pages } = await freePorts("pages");
const links = `http://127.0.0.1:${pages}`;
const stack = await startStack(
  { ...programsOf(built), ...(loki && { loki }) },
  {
    store: loki === undefined ? "victorialogs" : "loki",
    env: { MCP_QUEUE_BYTES: String(QUEUE_BYTES) },
    // The links of the alerts lead to this process; all else is as shipped.
    rules: (text) =>
      text
        .replace("dashboards: http://localhost:3000", `dashboards: ${links}`)
        .replace("runbooks: https://runbooks.example.com/mcp-otelkit", `runbooks: ${links}/runbooks`),
  },
);
await startPages(pages, stack.prometheus.url);
const alertmanager = await startAlertmanager(stack);
const shops = await startShops(stack.collector.http);

const logs = stack.logs.store === "loki" ? "/loki/api/v1/query_range?query=" : "/select/logsql/query?query=";
console.log(`Five shops are open, and something goes wrong in a minute. An alert comes within eight minutes after that (Watchdog is no alert: it always fires).

  alerts      ${typeof alertmanager === "string" ? `${stack.prometheus.url}/api/v1/alerts` : `${alertmanager.url}/api/v2/alerts`}
  runbooks    ${links}/runbooks/
  dashboards  ${links}/d/
  metrics     ${stack.prometheus.url}/api/v1/query?query=
  traces      ${stack.jaeger.url}/api/traces?service=
  logs        ${stack.logs.url}${logs}

Find the cause. ${links}/runbooks/ says how to ask each of them without Grafana. Ctrl-C ends everything.`);
const beginning = new AbortController();
void pause(QUIET_MS).then(() => beginning.signal.aborted || incident.begin(stack, shops));

console.log(`\nEnding (${await end}). It was: ${incident.cause}.`);
beginning.abort();
await shops.stop();
await stack.stop();
process.exit(0);
