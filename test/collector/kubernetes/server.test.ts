// The example server: the guide's annotations and probes, a stop that lets calls end, an endpoint that is turned on.
import { beforeAll, describe, expect, it } from "vitest";
import { read, at, load, type Tree } from "../files.ts";
import { containers, trees, variable } from "./objects.ts";

const deployment = load("kubernetes/base/server/deployment.yaml");
const template = at(deployment, "spec", "template");
const pod = at(template, "spec");
let server: Tree;
beforeAll(() => {
  [server = {}] = containers(pod);
});

/** The guide, "Kubernetes Probe Configuration". */
const GUIDE_PROBES = {
  livenessProbe: { path: "/health", initialDelaySeconds: 5, periodSeconds: 10, failureThreshold: 3 },
  readinessProbe: { path: "/ready", initialDelaySeconds: 10, periodSeconds: 15, failureThreshold: 2 },
} as const;

it.each(Object.entries(GUIDE_PROBES))("%s is the guide's", (probe, { path, ...figures }) => {
  expect(at(server, probe)).toMatchObject(figures);
  expect(at(server, probe, "httpGet")).toEqual({ path, port: "admin" });
});

describe("the endpoint", () => {
  it("is turned on, on every address of the pod, at the port that is annotated, declared and probed", () => {
    const port = trees(server["ports"]).find(({ name }) => name === "admin")?.["containerPort"];
    const annotations = at(template, "metadata", "annotations");

    expect(variable(server, "OTEL_INSTRUMENTATION_MCP_ADMIN")).toBe("on");
    expect(variable(server, "OTEL_EXPORTER_PROMETHEUS_HOST")).toBe("0.0.0.0");
    expect(variable(server, "OTEL_EXPORTER_PROMETHEUS_PORT")).toBe(String(port));
    expect(annotations).toMatchObject({
      "prometheus.io/scrape": "true",
      "prometheus.io/port": String(port),
      "prometheus.io/path": "/metrics",
    });
  });

  it("has metrics once: scraped and not pushed, or the other way round", () => {
    const scraped = at(template, "metadata", "labels")["mcp-otelkit/scrape"] === "true";

    expect(variable(server, "OTEL_METRICS_EXPORTER")).toBe(scraped ? "prometheus" : "otlp");
  });
});

it("logs go one way", () => {
  const byOtlp = variable(server, "OTEL_LOGS_EXPORTER") === "otlp";
  const onStderr = variable(server, "OTEL_INSTRUMENTATION_MCP_LOG_LINES") === "on";

  expect({ byOtlp, onStderr }).toEqual({ byOtlp: true, onStderr: false });
});

it("has the time to stop: the pause before SIGTERM, the drain and the last export fit into the grace period", () => {
  const pause = Number(at(server, "lifecycle", "preStop", "sleep")["seconds"]) * 1000;
  const drain = Number(variable(server, "OTEL_INSTRUMENTATION_MCP_DRAIN_MS"));
  const lastExport = 2000; // README, "How a process ends"
  const grace = Number(pod["terminationGracePeriodSeconds"]) * 1000;

  expect(drain).toBeGreaterThan(0);
  expect(pause + drain + lastExport).toBeLessThan(grace);
});

it("ends by SIGTERM: it is not process 1, which the kernel spares", () => {
  expect(pod["shareProcessNamespace"]).toBe(true);
});

it("uses each variable after those that it is made of", () => {
  const names = trees(server["env"]).map(({ name }) => String(name));
  for (const [index, { value }] of trees(server["env"]).entries())
    for (const [, used = ""] of String(value).matchAll(/\$\((\w+)\)/g))
      expect(names.slice(0, index), String(value)).toContain(used);
});

it("sets no variable of mcp-otelkit that README does not list", () => {
  const texts = [
    "kubernetes/base/server/deployment.yaml",
    "kubernetes/overlays/operator/instrumentation.yaml",
  ].map(read);
  const used = new Set(texts.join("\n").match(/OTEL_INSTRUMENTATION_MCP_\w+/g));
  const readme = read("../README.md");

  expect(used.size).toBeGreaterThan(2);
  expect([...used].filter((name) => !readme.includes(name))).toEqual([]);
});

it("the Operator gives its pods what the example has", () => {
  const [instrumentation] = [load("kubernetes/overlays/operator/instrumentation.yaml")];
  const injected = at(instrumentation, "spec", "nodejs");
  const ours = trees(injected["env"]).map(({ name, value }) => [String(name), String(value)]);

  expect(ours.length).toBeGreaterThan(5);
  for (const [name = "", value] of ours) expect(variable(server, name), name).toBe(value);
});
