import type { Readiness } from "../../src/admin/ready.ts";
import { parsePrometheusText } from "../support/prometheus-text.ts";
import { ask, type Reply } from "./ask.ts";

/** Asks a server that has the handlers for all they have: both formats, ready and not, with and without a body. */
export async function askAllThree(readiness: Readiness, port: number, base = ""): Promise<typeof ALL_THREE> {
  const accept = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5";
  const text = await ask({ port, path: `${base}/metrics` });
  const openMetrics = await ask({ port, path: `${base}/metrics`, headers: { accept } });
  const health = await ask({ port, path: `${base}/health?from=kubelet` });
  const head = await ask({ port, path: `${base}/health`, method: "HEAD" });
  const ready = await ask({ port, path: `${base}/ready` });
  const remove = readiness.add("database", () => false);
  const notReady = await ask({ port, path: `${base}/ready` });
  remove();
  return {
    text: [...seen(text), parsePrometheusText(text.body)[0]?.name],
    openMetrics: [
      ...seen(openMetrics),
      parsePrometheusText(openMetrics.body, { openMetrics: true })[0]?.name,
    ],
    health: [...seen(health), JSON.parse(health.body)],
    head: [...seen(head), head.body, head.headers["content-length"] === health.headers["content-length"]],
    ready: [...seen(ready), JSON.parse(ready.body)],
    notReady: [...seen(notReady), JSON.parse(notReady.body)],
  };
}

const JSON_HEAD = ["application/json; charset=utf-8", "no-store", "nosniff"];
const UPTIME = { uptime_seconds: 1, uptimeSeconds: 1 };

/** What they are to answer, where one counter was counted once, in version 1.2.0. */
export const ALL_THREE: Record<string, unknown[]> = {
  text: [200, "text/plain; version=0.0.4; charset=utf-8", "no-store", "nosniff", "hits_total"],
  openMetrics: [
    200,
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
    "no-store",
    "nosniff",
    "hits",
  ],
  health: [200, ...JSON_HEAD, { status: "healthy", ...UPTIME, version: "1.2.0" }],
  head: [200, ...JSON_HEAD, "", true],
  ready: [200, ...JSON_HEAD, { status: "ready", checks: {}, ...UPTIME }],
  notReady: [503, ...JSON_HEAD, { status: "not_ready", checks: { database: "unhealthy" }, ...UPTIME }],
};

function seen({ status, headers }: Reply): unknown[] {
  return [status, headers["content-type"], headers["cache-control"], headers["x-content-type-options"]];
}
