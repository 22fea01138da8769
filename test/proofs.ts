import type { Command } from "./support/commands.ts";

const tsx = (file: string): readonly string[] => ["--import", "tsx", file];
const vitest = (...words: string[]): readonly string[] => ["node_modules/vitest/vitest.mjs", "run", ...words];

const SDKS = ["sdk-v1-latest", "sdk-v1-oldest", "sdk-v2-latest", "sdk-v2-oldest"];
const NODES = ["node-22", "node-24", "node-26"];
const LINES = ["otel-2", "otel-3"];

/** What `npm test` needs: see `exclude` and the tag `proof` in vitest.config.ts. */
export const TEST_HOMES = [...SDKS.slice(0, 3), "ai-sdk", "tmcp", "node-24", ...LINES];

/**
 * What takes minutes to show, or many programs. `npm run prove` prints this table, and `npm run prove -- NAME WORD...` runs
 * a row; the words choose a part of it. Minutes are the most that a row takes on two quiet cores.
 */
export const PROOFS: Readonly<Record<string, Command>> = {
  matrix: {
    shows:
      "every MCP SDK, module format and transport produces its spans, on every Node and OpenTelemetry line",
    minutes: 20,
    homes: [...SDKS, ...NODES, ...LINES],
    node: tsx("test/matrix/main.ts"),
  },
  wire: {
    shows: "the bytes of a conversation are the same with and without the preload, except for `_meta`",
    minutes: 10,
    homes: [...SDKS, "otel-2"],
    node: tsx("test/wire/main.ts"),
  },
  outside: {
    shows:
      "conversations through `run` and `proxy` are the same bytes as direct ones, but for trace context; 100,000 messages and 1,000 sessions (`many`) leave nothing behind",
    minutes: 15,
    needs: "python3",
    homes: SDKS,
    node: tsx("test/outside/main.ts"),
  },
  conformance: {
    shows:
      "the official conformance suites give the same verdicts with and without the preload (`--proxy`: and through the proxy)",
    minutes: 10,
    homes: ["conformance", "node-24"],
    node: tsx("test/conformance/main.ts"),
  },
  processes: {
    shows:
      "the tests that `npm test` leaves out: more Nodes, more OpenTelemetry lines, more loggers, more sessions",
    minutes: 9,
    homes: [
      ...SDKS,
      ...NODES,
      ...LINES,
      "ai-sdk",
      "tmcp",
      "auto-instrumentations",
      "frameworks",
      "launchers",
      "other-runtimes",
    ],
    node: vitest("--tagsFilter=proof"),
  },
  canary: {
    shows: "nothing private leaves, under any setting, over any transport",
    minutes: 10,
    homes: [],
    node: tsx("test/canary/main.ts"),
  },
  faults: {
    shows: "ten thousand faults in mcp-otelkit, OpenTelemetry and exporters do not change a conversation",
    minutes: 5,
    homes: [],
    node: tsx("test/faults/main.ts"),
  },
  exit: {
    shows: "what is delivered when a server ends, by every ending and collector, and how long the end takes",
    minutes: 10,
    homes: ["sdk-v1-latest", "node-24", "otel-2"],
    node: tsx("test/exit/main.ts"),
  },
  soak: {
    shows: "a million calls and a hundred thousand connections leave nothing behind (`counted`: a short run)",
    minutes: 60,
    homes: [],
    node: tsx("test/soak/main.ts"),
  },
  official: {
    shows: "the official servers run and are traced under every setting",
    minutes: 5,
    homes: ["official", "node-24", "otel-2"],
    node: tsx("test/official/main.ts"),
  },
  recognise: {
    shows:
      "the preload recognises an SDK inside a bundle: seven versions, ten bundlers, plain and minified, both formats; it changes no package without an SDK",
    minutes: 60,
    needs: "a package registry",
    homes: ["bundlers"],
    node: tsx("test/recognise/main.ts"),
  },
  reach: {
    shows:
      "the public servers that people run most are seen, by the preload alone and through `run`, say the same and end the same; prints what share of them",
    minutes: 90,
    needs: "a package registry; python3 and Go for one server each",
    homes: ["node-24"],
    node: tsx("test/reach/main.ts"),
  },
  install: {
    shows:
      "the install has one OpenTelemetry API, whatever the application has installed, with npm 10, npm 11, pnpm and Yarn PnP",
    minutes: 30,
    needs: "a package registry",
    homes: ["node-24", "package-managers"],
    node: tsx("test/install/main.ts"),
  },
  stack: {
    shows:
      "Collector, Prometheus, VictoriaLogs and Jaeger, and Loki where it is, run with the files of `collector/`, answer as the documents say",
    minutes: 19,
    needs: "Go, and about twenty minutes once to build the servers; without Go it reports that it skipped",
    homes: [],
    node: vitest("--config", "test/stack/vitest.config.ts"),
  },
  kubernetes: {
    shows:
      "a real API server takes every object of `collector/kubernetes` by dry run, and all overlays for good, admits their pods to restricted namespaces, and adds the preload as the policy says; the OpenTelemetry Operator's kinds where `OPENTELEMETRY_OPERATOR_CRDS` names their definitions",
    minutes: 2,
    needs:
      "Go, and many minutes once to build etcd and the API server; without Go it reports that it skipped",
    homes: [],
    node: tsx("test/kubernetes/main.ts"),
  },
};
