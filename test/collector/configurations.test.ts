// Checks the Collector's files without a Collector. test/stack checks that it starts without a warning.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COMPONENTS, KINDS, typeOf, type Kind } from "./components.ts";
import {
  BASES,
  EITHER,
  OVERLAYS,
  at,
  base,
  combinations,
  filesBelow,
  isTree,
  load,
  overlay,
  strings,
  type Tree,
} from "./files.ts";

/** What the second line does with each signal, in this order. */
const CLEANING: Readonly<Record<string, readonly string[]>> = {
  traces: ["transform/drop-content", "transform/lend-text", "redaction/secrets", "transform/return-text"],
  metrics: ["redaction/secrets"],
  logs: ["transform/drop-content", "redaction/secrets"],
};

const IDLE = [
  [/scrape|remote-write/, "otlp_http/prometheus"],
  [/victorialogs/, "otlp_http/loki"],
  [/kafka-out/, "otlp_grpc/gateway"],
] as const;

describe.each(combinations())("%s", (name, config) => {
  const pipelines = Object.entries(at(config, "service", "pipelines"));

  it("uses listed components by today's names", () => {
    for (const kind of KINDS)
      for (const component of Object.keys(at(config, kind)))
        expect(Object.keys(COMPONENTS[kind]), `${kind}: ${component}`).toContain(typeOf(component));
  });

  it("refers to components that are there, and has none that nothing refers to", () => {
    const used: Record<Kind, string[]> = {
      receivers: [],
      processors: [],
      exporters: [],
      connectors: [],
      extensions: strings(at(config, "service")["extensions"]),
    };
    for (const [, pipeline] of pipelines)
      for (const part of ["receivers", "processors", "exporters"] as const)
        for (const id of strings((pipeline as Tree)[part]))
          used[id in at(config, "connectors") ? "connectors" : part].push(id);

    for (const kind of KINDS) {
      const there = Object.keys(at(config, kind));
      // An overlay that sends a signal elsewhere leaves the base's exporter without work: the Collector does not start it.
      const idle = IDLE.filter(([overlays]) => kind === "exporters" && overlays.test(name)).map(
        ([, id]) => id,
      );
      expect(sorted([...used[kind], ...idle]), kind).toEqual(sorted(there));
    }
  });

  it("limits memory first, then drops content, then masks secrets, before anything else sees the data", () => {
    const forwards = /^(agent|loadbalancer)/.test(name);
    // A pipeline that only connectors feed has its data from one that did all this.
    const entries = pipelines.filter(([, pipeline]) =>
      strings((pipeline as Tree)["receivers"]).some((id) => !(id in at(config, "connectors"))),
    );

    expect(entries.length).toBeGreaterThanOrEqual(3);
    for (const [id, pipeline] of entries) {
      const [first = "", ...then] = strings((pipeline as Tree)["processors"]);
      const cleaning = forwards ? [] : (CLEANING[typeOf(id)] ?? ["a signal of which nothing is known"]);

      expect(typeOf(first), id).toBe("memory_limiter");
      expect(then.slice(0, cleaning.length).map((processor) => processor.replace("/mcp-", "/"))).toEqual(
        cleaning,
      );
    }
  });

  it("keeps each exporter's data on disk and tries for ever", () => {
    const senders = Object.entries(at(config, "exporters")).filter(([id]) => typeOf(id) !== "prometheus"); // a page

    for (const [id, exporter] of senders) {
      const kept = { ...at(exporter as Tree, "sending_queue"), ...at(exporter as Tree, "wal") };
      expect(at(exporter as Tree, "retry_on_failure")["max_elapsed_time"], id).toBe("0s");
      expect(String(kept["storage"] ?? kept["directory"]), id).toMatch(/file_storage|MCP_STORAGE_DIR/);
    }
    expect(strings(at(config, "service")["extensions"]).includes("file_storage")).toBe(senders.length > 0);
  });

  it("refuses data that a statement fails on", () => {
    const transforms = Object.entries(at(config, "processors")).filter(([id]) => typeOf(id) === "transform");
    const lenient = transforms.filter(([, processor]) => (processor as Tree)["error_mode"] !== "propagate");

    expect(lenient).toEqual([]);
  });

  // The Collector gives all statements of one list the lowest context among them: beside a `spanevent.` statement, a `span.` one would run
  // once for each event, and never for a span without.
  it("has no list of statements with two contexts", () => {
    const transforms = Object.entries(at(config, "processors")).filter(([id]) => typeOf(id) === "transform");
    const mixed = transforms
      .flatMap(([id, processor]) =>
        [...leaves(processor)].map(([keys, statement]) => [[id, ...keys], statement] as const),
      )
      .reduce((groups, [keys, statement]) => {
        const group = keys.slice(0, -1).join(".");
        const found = /\b(span|spanevent|log|datapoint|metric)\./.exec(String(statement))?.[1];
        return groups.set(
          group,
          new Set([...(groups.get(group) ?? []), ...(found === undefined ? [] : [found])]),
        );
      }, new Map<string, Set<string>>());

    expect([...mixed].filter(([, contexts]) => contexts.size > 1)).toEqual([]);
  });
});

describe("an overlay", () => {
  it("is listed with the base it goes onto", () => {
    const files = filesBelow("otelcol/overlays", ".yaml").map((file) => file.replace(/.*\/|\.yaml$/g, ""));

    expect(files).toEqual(sorted(Object.keys(OVERLAYS)));
  });

  it.each(Object.entries(OVERLAYS))("%s repeats the whole of each list it changes", (name, bases) => {
    const cut = bases
      .filter((on) => on !== undefined)
      .flatMap((on) =>
        [...lists(overlay(name))].map(([path, list]) => [on, path, list, valueAt(base(on), path)] as const),
      )
      .filter(([, path]) => path.at(-1) !== "exporters" && name !== "content-allowed") // the decision itself
      .filter(([, , list, before]) => Array.isArray(before) && before.some((item) => !list.includes(item)));

    expect(cut).toEqual([]);
  });
});

// Then any number of them go together, in any order.
it.each(BASES)("no two overlays of %s change the same thing", (on) => {
  const names = Object.keys(OVERLAYS).filter((name) => OVERLAYS[name]?.includes(on));
  const both = names.flatMap((one, index) =>
    names.slice(index + 1).flatMap((other) => {
      const [mine, theirs] = [settings(overlay(one)), settings(overlay(other))];
      return [...mine]
        .filter(([path, value]) => theirs.has(path) && theirs.get(path) !== value)
        .map(([path]) => `${one} and ${other}: ${path}`);
    }),
  );

  expect(both.filter((said) => !said.startsWith(EITHER.join(" and ")))).toEqual([]);
});

/** What is set where; a list is one thing, since it is replaced as a whole. */
function settings(tree: Tree, keys: readonly string[] = []): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]): [string, string][] =>
      isTree(value)
        ? [...settings(value, [...keys, key])]
        : [[[...keys, key].join("."), JSON.stringify(value)]],
    ),
  );
}

it("short-lived keeps what Prometheus makes labels of, except for the process, and nothing else", () => {
  const statements = JSON.stringify(at(overlay("short-lived"), "processors", "transform/short-lived"));
  const [, kept = "never"] =
    /keep_matching_keys\(resource\.attributes, \\"([^"]+)\\"\)/.exec(statements) ?? [];
  const promoted = strings(at(load("prometheus/prometheus.yaml"), "otlp")["promote_resource_attributes"]);

  const others = [
    "host.name",
    "process.pid",
    "telemetry.sdk.version",
    "service.instance.id",
    "mcp.short_lived",
  ];
  const keeps = [...new Set([...promoted, ...others])].filter((name) => new RegExp(kept).test(name));

  expect(keeps).toEqual(promoted.filter((name) => name !== "service.instance.id"));
});

it("the Collector of the tests is built of what the files use", () => {
  const manifest = readFileSync(new URL("../stack/go/otelcol/manifest.yaml", import.meta.url), "utf8");

  for (const kind of KINDS)
    for (const module of Object.values(COMPONENTS[kind])) expect(manifest).toContain(`${module} v`);
});

const LISTENERS = [
  ...BASES.map((name) => `otelcol/${name}.yaml`),
  "otelcol/overlays/existing-pipeline.yaml",
  "otelcol/overlays/scrape.yaml",
  "jaeger/memory.yaml",
  "jaeger/badger.yaml",
];

it.each(LISTENERS)("%s listens on localhost by default", (path) => {
  const addresses = [...leaves(load(path))].filter(([keys]) => {
    const sends = (keys[0] === "exporters" && keys[1] !== "prometheus") || keys.includes("metric_backends");
    return /^(endpoint|host)$/.test(keys.at(-1) ?? "") && !sends;
  });

  expect(addresses).not.toEqual([]);
  for (const [keys, value] of addresses)
    expect(String(value), keys.join(".")).toMatch(/^\$\{env:\w+:-localhost\b/);
});

const valueAt = (tree: Tree, path: readonly string[]): unknown =>
  path.reduce<unknown>((here, key) => (isTree(here) ? here[key] : undefined), tree);

function sorted(ids: readonly string[]): string[] {
  return [...new Set(ids)].toSorted();
}

/** The leaves of a tree, items of lists included. */
function* leaves(value: unknown, keys: string[] = []): Generator<[string[], unknown]> {
  if (Array.isArray(value) || isTree(value))
    for (const [key, inner] of Object.entries(value)) yield* leaves(inner, [...keys, key]);
  else yield [keys, value];
}

function* lists(tree: Tree, keys: string[] = []): Generator<[string[], unknown[]]> {
  for (const [key, value] of Object.entries(tree))
    if (isTree(value)) yield* lists(value, [...keys, key]);
    else if (Array.isArray(value)) yield [[...keys, key], value as unknown[]];
}
