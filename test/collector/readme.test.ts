// What collector/README.md promises, held against the files.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { at, base, filesBelow, isThere, load, read, readmeTable, type Tree } from "./files.ts";

const CONFIGURATIONS = [
  ...filesBelow("otelcol", ".yaml"),
  ...filesBelow("jaeger", ".yaml"),
  ...filesBelow("loki", ".yaml"),
];

it("lists every variable with each default it has, and no other", () => {
  const defaults = new Map<string, Set<string>>();
  for (const file of CONFIGURATIONS)
    for (const [name, fallback] of variablesIn(read(file)))
      defaults.set(
        name,
        (defaults.get(name) ?? new Set()).add(fallback === undefined ? "none" : fallback || "empty"),
      );

  const rows = new Map(
    readmeTable("variables").map(([name = "", cell = ""]) => [name.replaceAll("`", ""), cell]),
  );

  expect([...rows.keys()].toSorted()).toEqual([...defaults.keys()].toSorted());
  for (const [name, values] of defaults) {
    const cell = rows.get(name) ?? "";
    const said = [...cell.matchAll(/`([^`]+)`|\b(none|empty)\b/g)].map(
      ([, quoted, word = ""]) => quoted ?? word,
    );
    expect(said.toSorted(), name).toEqual([...values].toSorted());
  }
});

/**
 * `${env:NAME:-default}` and `${NAME:-default}`. A default may contain another variable, which belongs to another
 * program and is shortened.
 */
function* variablesIn(text: string): Generator<[string, string | undefined]> {
  const short = text
    .replaceAll("${env:HOME:-}", "~")
    .replaceAll(/\$\{env:(STATE_DIRECTORY:-[^}]*)\}/g, "$($1)");
  for (const [, name = "", fallback] of short.matchAll(/\$\{(?:env:)?([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}/g))
    yield [name, fallback?.replaceAll(/\$\((.*?)\)/g, "${$1}")];
}

it("ties queue, window and chunk age to one outage, as the files have it", () => {
  const [queue = [], record = [], , takes = []] = readmeTable("outage").slice(1);
  const window = String(
    at(load("prometheus/prometheus.yaml"), "storage", "tsdb")["out_of_order_time_window"],
  );
  const chunkAge = String(at(load("loki/loki.yaml"), "ingester")["max_chunk_age"]);
  const [outage, margin] = [/\*\*(\d+) hours\*\*/.exec(read("README.md"))?.[1], 30];
  const queueBytes = /MCP_QUEUE_BYTES:-(\d+)/.exec(JSON.stringify(at(base("gateway"), "exporters")))?.[1];

  expect(takes[2]).toBe(`\`out_of_order_time_window: ${window}\``);
  expect(takes[3]).toContain(`half of \`max_chunk_age: ${chunkAge}\``);
  expect(minutes(window)).toBeGreaterThanOrEqual(Number(outage) * 60 + margin);
  expect(minutes(chunkAge) / 2).toBeGreaterThanOrEqual(minutes(window));
  expect(queue.slice(1)).toEqual(Array(3).fill(`${Number(queueBytes) / 2 ** 30} GiB`));
  expect(record).toHaveLength(4);
});

it("does the sums right: queue, divided by a record, divided by the outage", () => {
  const [, , record = [], enough = []] = readmeTable("outage");
  const queueBytes = 2 ** 30;

  for (const column of [1, 2, 3]) {
    const bytes = Number(/\d+/.exec(record[column] ?? "")?.[0]);
    const perSecond = Number(/\d+/.exec(enough[column] ?? "")?.[0]);
    const exact = queueBytes / bytes / 7200;
    expect(Math.abs(perSecond / exact - 1), `${perSecond} for ${exact}`).toBeLessThan(0.05);
  }
});

it("names the versions that compose.yaml and the tests run", () => {
  const versions = new Map(readmeTable("versions").map(([name = "", version = ""]) => [name, version]));
  const tags = Object.values(at(load("compose/compose.yaml"), "services")).map((service) =>
    String((service as Tree)["image"]),
  );
  const goModule = (file: string): string =>
    readFileSync(new URL(`../stack/go/${file}`, import.meta.url), "utf8");

  for (const [name, image, tag] of IMAGES) expect(tags).toContain(`${image}:${tag}${versions.get(name)}`);
  expect(goModule("otelcol/manifest.yaml")).toContain(
    `otlpreceiver v${versions.get("OpenTelemetry Collector (contrib)")}\n`,
  );
  // Prometheus 3.x.y is the Go module 0.3xx.y.
  const [, major, minor = "", patch] = /(\d+)\.(\d+)\.(\d+)/.exec(versions.get("Prometheus") ?? "") ?? [];
  expect(goModule("prometheus/go.mod")).toContain(
    `github.com/prometheus/prometheus v0.${major}${minor.padStart(2, "0")}.${patch}`,
  );
  expect(goModule("victorialogs/go.mod")).toContain(
    `github.com/VictoriaMetrics/VictoriaLogs v${versions.get("VictoriaLogs")} `,
  );
  // Jaeger 2's tags are no versions to Go; 1.76.0 is the same commit as 2.13.0, and the last that is one.
  expect(read("README.md")).toContain("(Jaeger as 2.13.0");
  expect(goModule("jaeger/go.mod")).toContain("github.com/jaegertracing/jaeger v1.76.0");
});

const IMAGES = [
  ["OpenTelemetry Collector (contrib)", "otel/opentelemetry-collector-contrib", ""],
  ["Prometheus", "prom/prometheus", "v"],
  ["Loki", "grafana/loki", ""],
  ["Jaeger", "jaegertracing/jaeger", ""],
  ["Grafana", "grafana/grafana", ""],
  ["Alertmanager", "prom/alertmanager", "v"],
] as const;

it("links to files that are there, every Collector file among them", () => {
  const links = [...read("README.md").matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(([, path = ""]) => path);

  expect(links.filter((path) => !isThere(path))).toEqual([]);
  expect(CONFIGURATIONS.filter((path) => !links.includes(path))).toEqual([]);
});

it("names every port that something listens on by default", () => {
  const listening = CONFIGURATIONS.flatMap((file) => [
    ...read(file).matchAll(/(?:localhost|127\.0\.0\.1):(\d+)|_PORT:-(\d+)/g),
  ]).map(([, a, b]) => a ?? b ?? "");
  const ports = /## Ports(.*?)\n## /s.exec(read("README.md"))?.[1] ?? "";

  expect(listening.filter((port) => !new RegExp(`\\b${port}\\b`).test(ports))).toEqual([]);
});

function minutes(duration: string): number {
  const [, amount, unit = ""] = /^(\d+)([mh])$/.exec(duration) ?? [];
  return Number(amount) * (unit === "h" ? 60 : 1);
}
