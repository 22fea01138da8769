// A real Prometheus and a real Alertmanager with the shipped rules and routes: an alert reaches a person, and so does its end.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { found, skipping, whyWithout } from "../ops/programs.ts";
import { freePorts } from "../support/ports.ts";
import { describeService, pause, type Service } from "../stack/service.ts";
import { COLLECTOR, load, type Tree } from "./files.ts";
import { RULE_FILES } from "./rule-files.ts";

interface Message {
  readonly receiver: string;
  readonly status: string;
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

const WITHIN_MS = 60_000;
const without = whyWithout("prometheus", "alertmanager");

describe.skipIf(without !== undefined)(`Prometheus, Alertmanager and a webhook${skipping(without)}`, () => {
  const folder = mkdtempSync(join(tmpdir(), "mcp-otelkit-delivery-"));
  const heard: Message[] = [];
  const services: Service[] = [];
  let ear: Server;
  let mcpServer: Server;
  let port: Record<"mcp" | "ear" | "prometheus" | "alertmanager", number>;

  beforeAll(async () => {
    port = await freePorts("mcp", "ear", "prometheus", "alertmanager");
    ear = await listen(port.ear, (body) => heard.push(JSON.parse(body) as Message));
    mcpServer = await listen(port.mcp, () => undefined, PAGE);
    services.push(alertmanager(folder, port), prometheus(folder, port));
    for (const service of services) await service.start();
  });
  afterAll(async () => {
    for (const service of services) await service.stop();
    await Promise.all([ear, mcpServer].map(close));
    rmSync(folder, { recursive: true });
  });

  it("deliver the Watchdog to the heartbeat", async () => {
    const [beat] = await until(() => messages("Watchdog", "firing"));

    expect(beat?.receiver).toBe("heartbeat");
  });

  it("deliver to the pager that a server is down, and that it is up again", async () => {
    await until(() => scraped(port.prometheus));

    await close(mcpServer);
    const [down] = await until(() => messages("MCPServerDown", "firing"));
    mcpServer = await listen(port.mcp, () => undefined, PAGE);
    const [up] = await until(() => messages("MCPServerDown", "resolved"));

    expect(down?.receiver).toBe("pager");
    expect(down?.alerts[0]?.labels).toMatchObject({ job: "mcp-servers", severity: "critical", reach: "job" });
    expect(down?.alerts[0]?.annotations).toMatchObject({
      summary: "MCP server mcp-servers is down",
      runbook_url: "https://runbooks.example.com/mcp-otelkit/MCPServerDown.md",
      dashboard_url: "http://localhost:3000/d/mcp-overview?var-server=mcp-servers",
    });
    expect(up?.receiver).toBe("pager");
  });

  it("silence the tools of a dead server, and no other's", async () => {
    const tool = { alertname: "MCPToolHighErrorRate", severity: "warning", component: "tool" };
    const down = { alertname: "MCPServerDown", severity: "critical", component: "server" };
    await raise(port.alertmanager, [
      { ...down, job: "dead", reach: "job" },
      { ...down, job: "limping", reach: "instance" },
      ...["dead", "limping", "well"].map((job) => ({ ...tool, job, tool_name: "search" })),
    ]);

    const states = await until(async () => {
      const all = await alertsOf(port.alertmanager, tool.alertname);
      return all.some(({ state }) => state === "suppressed") ? all : [];
    });

    expect(Object.fromEntries(states.map(({ job, state }) => [job, state]))).toEqual({
      dead: "suppressed",
      limping: "active",
      well: "active",
    });
  });

  function messages(alertname: string, status: string): Message[] {
    return heard.filter(
      (message) => message.status === status && message.alerts[0]?.labels["alertname"] === alertname,
    );
  }
});

/** As little as makes a target an MCP server. */
const PAGE = 'mcp_tool_calls_total{tool_name="forecast",status="success"} 1\n';

/** The shipped rules, but for how long a server must be down: a minute is long in a test. */
function prometheus(folder: string, port: Readonly<Record<string, number>>): Service {
  mkdirSync(join(folder, "rules"));
  for (const file of RULE_FILES) {
    const target = join(folder, "rules", basename(file));
    if (!file.endsWith("alerts-servers.yaml")) copyFileSync(`${COLLECTOR}${file}`, target);
    else
      writeFileSync(target, readFileSync(`${COLLECTOR}${file}`, "utf8").replaceAll("for: 1m\n", "for: 1s\n"));
  }
  const config = {
    global: { scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: ["rules/*.yaml"],
    alerting: {
      alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${port["alertmanager"]}`] }] }],
    },
    scrape_configs: [
      { job_name: "mcp-servers", static_configs: [{ targets: [`127.0.0.1:${port["mcp"]}`] }] },
    ],
  };
  writeFileSync(join(folder, "prometheus.yaml"), stringify(config));
  const url = `http://127.0.0.1:${port["prometheus"]}`;
  return describeService({
    name: "prometheus",
    program: found("prometheus") ?? "",
    args: [
      `--config.file=${join(folder, "prometheus.yaml")}`,
      `--storage.tsdb.path=${join(folder, "prometheus")}`,
      `--web.listen-address=127.0.0.1:${port["prometheus"]}`,
      // An alert that fires before Alertmanager is up is sent again after this; the default is a minute.
      "--rules.alert.resend-delay=1s",
    ],
    ready: `${url}/-/ready`,
    log: join(folder, "prometheus.log"),
  });
}

/** The shipped routes, inhibitions and templates; each receiver is a webhook, and nothing waits for more than a second. */
function alertmanager(folder: string, port: Readonly<Record<string, number>>): Service {
  const { route, receivers, inhibit_rules, time_intervals } = load("alertmanager/alertmanager.yaml");
  const config = {
    route: atOnce(route as Tree),
    inhibit_rules,
    time_intervals,
    receivers: (receivers as Tree[]).map(({ name }) => ({
      name,
      webhook_configs: [{ url: `http://127.0.0.1:${port["ear"]}/${String(name)}`, send_resolved: true }],
    })),
  };
  writeFileSync(join(folder, "alertmanager.yaml"), stringify(config));
  const url = `http://127.0.0.1:${port["alertmanager"]}`;
  return describeService({
    name: "alertmanager",
    program: found("alertmanager") ?? "",
    args: [
      `--config.file=${join(folder, "alertmanager.yaml")}`,
      `--storage.path=${join(folder, "alertmanager")}`,
      `--web.listen-address=127.0.0.1:${port["alertmanager"]}`,
      "--cluster.listen-address=",
    ],
    ready: `${url}/-/ready`,
    log: join(folder, "alertmanager.log"),
  });
}

function atOnce(route: Tree): Tree {
  const routes = (route["routes"] as Tree[] | undefined)?.map(atOnce);
  return { ...route, group_wait: "0s", group_interval: "1s", ...(routes !== undefined && { routes }) };
}

async function scraped(prometheusPort: number): Promise<unknown[]> {
  const query = encodeURIComponent('mcp_tool_calls_total{job="mcp-servers"}');
  const response = await fetch(`http://127.0.0.1:${prometheusPort}/api/v1/query?query=${query}`);
  return ((await response.json()) as { data: { result: unknown[] } }).data.result;
}

async function raise(alertmanagerPort: number, alerts: readonly Record<string, string>[]): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${alertmanagerPort}/api/v2/alerts`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(alerts.map((labels) => ({ labels }))),
  });
  expect(response.status).toBe(200);
}

async function alertsOf(
  alertmanagerPort: number,
  name: string,
): Promise<{ job: string | undefined; state: string }[]> {
  const filter = encodeURIComponent(`alertname="${name}"`);
  const response = await fetch(`http://127.0.0.1:${alertmanagerPort}/api/v2/alerts?filter=${filter}`);
  const alerts = (await response.json()) as { labels: Record<string, string>; status: { state: string } }[];
  return alerts.map(({ labels, status }) => ({ job: labels["job"], state: status.state }));
}

function listen(port: number, hear: (body: string) => void, answer = ""): Promise<Server> {
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      hear(body);
      response.writeHead(200, { "content-type": "text/plain; version=0.0.4", connection: "close" });
      response.end(answer);
    });
  });
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Asks again until there is something. */
async function until<T>(ask: () => T[] | Promise<T[]>): Promise<T[]> {
  const deadline = Date.now() + WITHIN_MS;
  for (;;) {
    const answer = await ask();
    if (answer.length > 0) return answer;
    if (Date.now() > deadline) throw new Error(`nothing within ${WITHIN_MS} ms`);
    await pause(100);
  }
}
