import type { Command } from "../test/support/commands.ts";

const tsx = (file: string): readonly string[] => ["--import", "tsx", file];

/**
 * Measurements of cost; printed, never asserted. `npm run bench` prints this table, `npm run bench -- NAME WORD...`
 * runs a row.
 */
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
  run: {
    shows:
      "milliseconds that `mcp-otelkit run` adds to a tool call of a Python server, median and p99, beside direct; a word: calls (3000)",
    minutes: 5,
    needs: "python3",
    homes: [],
    node: tsx("bench/run.ts"),
  },
  proxy: {
    shows:
      "milliseconds that `mcp-otelkit proxy` adds to a tool call over HTTP, median and p99, beside direct; a word: calls (3000)",
    minutes: 5,
    homes: [],
    node: tsx("bench/proxy.ts"),
  },
  redact: {
    shows: "milliseconds to capture and redact content, by what is captured; a word: runs (50)",
    minutes: 5,
    homes: [],
    node: tsx("bench/redact.ts"),
  },
  hostile: {
    shows:
      "what a peer can make mcp-otelkit cost: 100,000 messages of each kind beside honest ones; words: how many, of a kind",
    minutes: 20,
    homes: [],
    node: tsx("bench/hostile.ts"),
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
