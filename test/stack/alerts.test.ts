// Every alert on servers, tools, objectives and clients: its own expression, word for word, on traffic that must set it off.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { beforeAll, describe, expect, it } from "vitest";
import {
  evaluate,
  fires,
  nameOf,
  ofJobs,
  told,
  unmatched,
  type AlertCase,
  type Fired,
} from "./alerts/case.ts";
import { LAST_CASES, NOT_HERE, PIPELINE_CASES } from "./alerts/pipeline-cases.ts";
import {
  FAILURES,
  LIMIT_BYTES,
  MEGABYTES,
  PRINTED,
  QUOTA,
  SERVER_CASES,
  SLOW,
  TIMED_OUT,
  WRONG_CALLS,
} from "./alerts/server-cases.ts";
import { cast, type Cast } from "./alerts/troubled.ts";
import { arrived, queryPrometheus } from "./ask.ts";
import { givenStack, NEEDS_SERVERS } from "./given.ts";
import { eachSecond } from "./hurry.ts";
import type { Stack } from "./stack.ts";

/** Seconds without a measurement after which a process is gone: not what is tested here. */
const NEVER = 150;
const CALM = ["calm", "calm-scraped", "patient"];
const POD = { namespace: "shop", pod: "limited-0", container: "server" };

it("each alert has a row in one of the tables, and each row an alert", () => {
  expect(unmatched([...SERVER_CASES, ...PIPELINE_CASES, ...LAST_CASES, ...NOT_HERE])).toEqual([]);
});

describe("alerts on servers", { ...NEEDS_SERVERS, timeout: 180_000 }, () => {
  const stack = givenStack({ rules: (text) => eachSecond(text, NEVER) });
  const fired = new Map<AlertCase, Fired>();
  const missed = new Map<AlertCase, unknown>();

  beforeAll(async () => {
    const servers = cast(stack().collector.http);
    const cluster = await kubeStateMetrics();
    await trouble(servers, stack(), cluster.target);
    await Promise.all(
      SERVER_CASES.map((row) =>
        fires(stack().prometheus.url, row, CALM).then(
          (one) => fired.set(row, one),
          (error: unknown) => missed.set(row, error),
        ),
      ),
    );
    console.info([...fired.values()].map(told).join("\n"));
    return async () => {
      await servers.stop();
      cluster.close();
    };
  }, 180_000);

  it("knows of servers that are calm", async () => {
    const known = await arrived(
      () => queryPrometheus(stack().prometheus.url, "job:mcp_server_instances:count"),
      (series) => series.some(({ labels }) => labels["job"] === "calm-scraped"),
    );
    expect(known.map(({ labels }) => labels["job"])).toEqual(
      expect.arrayContaining(["calm", "calm-scraped"]),
    );
  });

  it.each(SERVER_CASES.map((row) => [nameOf(row), row] as const))(
    "%s fires, and for no calm server",
    async (_, row) => {
      expect(missed.get(row)).toBeUndefined();
      expect(ofJobs(await evaluate(stack().prometheus.url, row), CALM)).toEqual([]);
    },
  );
});

/** All at once: the slowest of it takes as long as a slow call. */
async function trouble(servers: Cast, { prometheus }: Stack, cluster: string): Promise<void> {
  const k8s = {
    "k8s.namespace.name": POD.namespace,
    "k8s.pod.name": POD.pod,
    "k8s.container.name": POD.container,
  };
  const resource = Object.entries(k8s).map((pair) => pair.join("="));
  const [calm, failing, slow, miscalled, large, exchange, noisy, limited] = await Promise.all([
    servers.server("calm"),
    servers.server("failing"),
    servers.server("slow"),
    servers.server("miscalled", {}, "weather"),
    servers.server("large"),
    servers.server("exchange", {}, "exchange"),
    servers.own("noisy"),
    servers.server("limited", { OTEL_RESOURCE_ATTRIBUTES: resource.join(",") }),
  ]);
  const [dead, one, other, scraped] = await Promise.all([
    servers.scraped("mcp-server"),
    servers.scraped("pair"),
    servers.scraped("pair"),
    servers.scraped("calm-scraped"),
  ]);
  prometheus.scrape("pipeline-cluster", [{ targets: [cluster], labels: { job: "kube-state-metrics" } }]);
  prometheus.scrape(
    "mcp-servers",
    await Promise.all(
      Object.entries({ "mcp-server": [dead], pair: [one, other], "calm-scraped": [scraped] }).map(
        async ([job, all]) => ({
          targets: await Promise.all(all.map((server) => server.page())),
          labels: { job },
        }),
      ),
    ),
  );
  const use = async (url: string, tool: string, times: number, args = {}): Promise<void> => {
    const user = await servers.user(url);
    await user.call(tool, times, args);
  };
  await Promise.all([
    use(calm.url, "work", 40),
    use(scraped.url, "work", 10),
    use(dead.url, "work", 1),
    use(one.url, "work", 1),
    use(other.url, "work", 1),
    use(limited.url, "work", 1),
    use(failing.url, "fail", FAILURES),
    use(miscalled.url, "moon_phase", WRONG_CALLS),
    use(large.url, "hold", 1, { megabytes: MEGABYTES }),
    noisy.call("print", PRINTED),
    ...Array.from({ length: SLOW.calls }, () => use(slow.url, "wait", 1, { ms: SLOW.ms })),
    spend(servers, exchange.url),
    servers.visitor("impatient", calm.url, TIMED_OUT, 1000, 100),
    servers.visitor("patient", calm.url, TIMED_OUT, 10, 30_000),
    // Where nothing was ever scraped, nothing can be down.
    arrived(
      () => queryPrometheus(prometheus.url, 'instance:mcp_server:info{job=~"mcp-server|pair"}'),
      (series) => series.length === 3,
    ).then(() => Promise.all([dead.told.stop("SIGKILL"), one.told.stop("SIGKILL")])),
  ]);
}

/** Each pair of currencies is a request of its own. */
async function spend(servers: Cast, url: string): Promise<void> {
  const user = await servers.user(url);
  for (let n = 0; n < QUOTA.used; n += 1)
    await user.call("convert", 1, { amount: 1, from: "EUR", to: `no ${n}` });
}

/** What Kubernetes would say of one container. */
async function kubeStateMetrics(): Promise<{ target: string; close(): void }> {
  const labels = Object.entries({ ...POD, resource: "memory" }).map(([name, value]) => `${name}="${value}"`);
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/plain; version=0.0.4");
    response.end(`kube_pod_container_resource_limits{${labels.join(",")}} ${LIMIT_BYTES}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
