// Servers that are there and then are not: the shipped alerts, on the real Prometheus, with a clock that runs sixty times as fast.
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { arrived, queryPrometheus } from "./ask.ts";
import { PRELOAD, program, type Told } from "./cast.ts";
import { addressOf, getJson } from "./get.ts";
import { givenStack, NEEDS_SERVERS } from "./given.ts";
import { eachSecond, hurried } from "./hurry.ts";

const SERVER = fileURLToPath(new URL("../../examples/v2-server/server.mjs", import.meta.url));
const TIMES_FASTER = 60;

/** `15m` becomes `15s`, also where it is compared with the age of a sample. */
const rules = (text: string): string => eachSecond(hurried(text, TIMES_FASTER), 5);

interface Alert {
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
}

describe("a server that is gone", { ...NEEDS_SERVERS, timeout: 180_000 }, () => {
  const stack = givenStack({ rules });
  const firing = async (name: string, job: string): Promise<boolean> => {
    const url = addressOf(stack().prometheus.url, "/api/v1/alerts", {});
    const answer = await getJson<{ data: { alerts: Alert[] } }>(url);
    return (answer?.data.alerts ?? []).some(
      ({ state, labels }) => state === "firing" && labels["alertname"] === name && labels["job"] === job,
    );
  };
  const start = (service: string, env: Record<string, string>): Told =>
    program([...PRELOAD, SERVER], {
      OTEL_SERVICE_NAME: service,
      OTEL_EXPORTER_OTLP_ENDPOINT: stack().collector.http,
      OTEL_METRIC_EXPORT_INTERVAL: "1000",
      ...env,
    });
  async function talkTo(server: Told): Promise<void> {
    const [, url = ""] = await server.says(/weather server on (\S+)/);
    const client = new Client({ name: "driver", version: "1.0.0" });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    await client.callTool({ name: "forecast", arguments: { city: "Graz" } });
    await client.close();
  }

  it("is told of where it pushes, once it has been there for long enough, until it is back", async () => {
    const server = start("pushing", {});
    await talkTo(server);
    await arrived(
      () => there("pushing", 15),
      (been) => been,
    );
    expect(await firing("MCPServerGone", "pushing")).toBe(false);

    await server.stop("SIGKILL");

    await arrived(
      () => firing("MCPServerGone", "pushing"),
      (is) => is,
    );
    const again = start("pushing", {});
    await talkTo(again);
    await arrived(
      () => firing("MCPServerGone", "pushing"),
      (is) => !is,
    );
    await again.stop();
  });

  it("is told of where it is scraped, under the job that the guide gives it", async () => {
    const server = start("scraped", {
      OTEL_METRICS_EXPORTER: "prometheus",
      OTEL_EXPORTER_PROMETHEUS_PORT: "0",
    });
    const [, host = ""] = await server.says(/health and metrics at http:\/\/([^/\s]+)/);
    stack().prometheus.scrape("mcp-servers", [{ targets: [host], labels: { job: "mcp-server" } }]);
    const up = async () => (await query('up{job="mcp-server"}'))[0]?.value;
    await arrived(up, (value) => value === 1);
    expect(await firing("MCPServerDown", "mcp-server")).toBe(false);

    await server.stop("SIGKILL");

    await arrived(
      () => firing("MCPServerDown", "mcp-server"),
      (is) => is,
    );
  });

  /** Whether the rule that the alert reads has known the service for so many seconds. */
  async function there(job: string, seconds: number): Promise<boolean> {
    const rule = `job:mcp_server_http_instances:count{job="${job}"}`;
    return (await query(`${rule} and ${rule} offset ${seconds}s`)).length > 0;
  }
  const query = (text: string) => queryPrometheus(stack().prometheus.url, text);
});
