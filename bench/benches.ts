import type { Command } from "../test/support/commands.ts";

const tsx = (file: string): readonly string[] => ["--import", "tsx", file];

/** What things cost; printed, never asserted. `npm run bench` prints this table, `npm run bench -- NAME WORD...` runs a row. */
export const BENCHES: Readonly<Record<string, Command>> = {
  start: {
    shows:
      "until `initialize` is answered: wall, CPU and memory; plain, with mcp-otelkit, with auto-instrumentations; a word: rounds (9)",
    minutes: 10,
    homes: ["sdk-v1-latest", "otel-2", "auto-instrumentations", "node-24"],
    node: tsx("bench/start.ts"),
  },
  calls: {
    shows: "microseconds a tool call, by what is exported; a word: batches (40)",
    minutes: 5,
    homes: [],
    node: tsx("bench/calls.ts"),
  },
  redact: {
    shows: "milliseconds to capture and redact content, by what is captured; a word: runs (50)",
    minutes: 5,
    homes: [],
    node: tsx("bench/redact.ts"),
  },
  stack: {
    shows:
      "the highest rate of tool calls at which Collector, log store, Jaeger and Prometheus lose nothing; a word: gateways, bytes, wire, scale, sizes",
    minutes: 15,
    needs: "Go, and about twenty minutes once to build the servers",
    homes: [],
    node: tsx("test/stack/load.ts"),
  },
};
