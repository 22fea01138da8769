/** One run of one of the official suites against one of this project's programs: a row of the table that main.ts runs. */
export interface Suite {
  title: string;
  side: "server" | "client";
  /** In `test/homes/conformance`, beside the SDKs that it imports. */
  program: string;
  edition: Edition;
  /** The runner's arguments: which scenarios to run, and at which revision. */
  select: string[];
  /** Scenarios of the selection that are not run, and why not. */
  leftOut?: { pattern: RegExp; why: string };
  /** The expected number of scenarios: a suite that is empty has not passed. */
  scenarios: number;
  /** Scenarios that fail or warn without mcp-otelkit too, and why. Every other one has to pass. */
  shortcomings?: { pattern: RegExp; why: string }[];
}

/** The package of the home that carries the runner: the released one, and the one that knows 2026-07-28. */
export type Edition = "@modelcontextprotocol/conformance" | "conformance-next";

const RELEASED: Edition = "@modelcontextprotocol/conformance";
const NEXT: Edition = "conformance-next";

const NO_PRIMING = {
  pattern: /^server-sse-polling$/,
  why: "asks at 2025-03-26 for the priming event that the SDK sends from 2025-11-25 on",
};
const NO_TASKS = {
  pattern: /^tasks-/,
  why: "the tasks extension is optional, and this server does not offer it",
};
const AUTH_ELSEWHERE = {
  pattern: /^auth\//,
  why: "signing in goes on beside MCP, and each SDK line does it in another suite here",
};

/**
 * `conformance-next` also checks every message against the JSON Schema of its revision (`wire-schema-valid`), which
 * is the strictest test of the `_meta` that mcp-otelkit adds.
 */
export const SUITES: Suite[] = [
  {
    title: "v1 server",
    side: "server",
    program: "server-v1.mjs",
    edition: RELEASED,
    select: ["--suite", "all"],
    scenarios: 32,
    shortcomings: [NO_PRIMING],
  },
  {
    title: "v1 server, 2025-11-25",
    side: "server",
    program: "server-v1.mjs",
    edition: NEXT,
    select: ["--requirements", "2025-11-25"],
    scenarios: 33,
  },
  {
    title: "v2 server",
    side: "server",
    program: "server-v2.mjs",
    edition: RELEASED,
    select: ["--suite", "all"],
    scenarios: 32,
    shortcomings: [NO_PRIMING],
  },
  {
    title: "v2 server, 2025-11-25",
    side: "server",
    program: "server-v2.mjs",
    edition: NEXT,
    select: ["--requirements", "2025-11-25"],
    scenarios: 33,
  },
  {
    title: "v2 server, 2026-07-28",
    side: "server",
    program: "server-v2.mjs",
    edition: NEXT,
    select: ["--requirements", "2026-07-28"],
    scenarios: 50,
    shortcomings: [NO_TASKS],
  },
  {
    title: "v1 client",
    side: "client",
    program: "client-v1.mjs",
    edition: RELEASED,
    select: [],
    scenarios: 26,
  },
  {
    title: "v1 client, 2025-11-25",
    side: "client",
    program: "client-v1.mjs",
    edition: NEXT,
    select: ["--spec-version", "2025-11-25"],
    leftOut: AUTH_ELSEWHERE,
    scenarios: 5,
  },
  {
    title: "v2 client, 2025-11-25",
    side: "client",
    program: "client-v2.mjs",
    edition: NEXT,
    select: ["--spec-version", "2025-11-25"],
    leftOut: AUTH_ELSEWHERE,
    scenarios: 5,
  },
  {
    title: "v2 client, 2026-07-28",
    side: "client",
    program: "client-v2.mjs",
    edition: NEXT,
    select: ["--spec-version", "2026-07-28"],
    scenarios: 33,
  },
];
