import { runInThisContext } from "node:vm";
import { afterEach, expect, it } from "vitest";
import { callSite } from "../../src/output/call-site.ts";

const HERE = /[\\/]test[\\/]hook[\\/]stdout-guard-place\.test\.ts:\d+$/;

const formatter = Error.prepareStackTrace;
afterEach(() => {
  Error.prepareStackTrace = formatter;
});

/** The function whose call site is looked up. */
function probe(): string | undefined {
  return callSite(probe);
}

/** The place that is read from a stack of these lines. */
function placeIn(...lines: string[]): string | undefined {
  Error.prepareStackTrace = () => ["Error", ...lines].join("\n");
  return probe();
}

it("is the line of the call", () => {
  expect(probe()).toMatch(HERE);
});

it("is not asked of a stack that is cut short", () => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    expect(probe()).toMatch(HERE);
    expect(Error.stackTraceLimit).toBe(0);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
});

it("of code with its own name is that name", () => {
  const named = runInThisContext("(probe) => probe()", { filename: "plugin.vm" }) as (
    fn: typeof probe,
  ) => string | undefined;
  expect(named(probe)).toBe("plugin.vm:1");
});

it.each<[string, string[], string | undefined]>([
  ["a module", ["    at file:///app/my%20server.mjs?v=1:5:9"], "/app/my server.mjs:5"],
  ["a function of a module", ["    at async start (file:///app/server.mjs:5:9)"], "/app/server.mjs:5"],
  ["an anonymous async function", ["    at async /app/server.js:5:9"], "/app/server.js:5"],
  [
    "a folder with parentheses",
    ["    at Object.<anonymous> (/my app (2)/server.js:5:9)"],
    "/my app (2)/server.js:5",
  ],
  ["a folder of Windows", ["    at run (C:\\app\\server.js:5:9)"], "C:\\app\\server.js:5"],
  ["TypeScript behind a source map", ["    at new App (/app/src/server.ts:5:9)"], "/app/src/server.ts:5"],
  [
    "console",
    [
      "    at console.value (node:internal/console/constructor:303:16)",
      "    at console.log (node:internal/console/constructor:378:26)",
      "    at /app/server.js:5:9",
      "    at node:internal/timers:581:17",
    ],
    "/app/server.js:5",
  ],
  [
    "console that a library has wrapped",
    [
      "    at console.log (node:internal/console/constructor:378:26)",
      "    at console.<computed> [as log] (/app/node_modules/watcher/index.js:32:9)",
      "    at work (/app/server.js:5:9)",
    ],
    "/app/server.js:5",
  ],
  [
    "a stream that a library has wrapped",
    [
      "    at Socket.tee [as write] (/app/node_modules/tee/index.js:3:9)",
      "    at console.log (node:internal/console/constructor:378:26)",
      "    at work (/app/node_modules/chatty/index.js:5:9)",
    ],
    "/app/node_modules/chatty/index.js:5",
  ],
  [
    "evaluated code",
    ["    at eval (eval at run (/app/server.js:5:9), <anonymous>:1:7)", "    at run (/app/server.js:5:9)"],
    "/app/server.js:5",
  ],
  [
    "a stream that a library has wrapped, written to directly",
    [
      "    at process.stdout.write (/app/node_modules/tee/index.js:3:9)",
      "    at Logger.write (/app/server.js:5:9)",
    ],
    "/app/server.js:5",
  ],
  ["a library's own chatter", ["    at process.stdout.write (/app/tee.js:3:9)"], "/app/tee.js:3"],
  ["a pipe", ["    at Socket.ondata (node:internal/streams/readable:1009:22)"], undefined],
  ["code in a URL", ['    at data:text/javascript,console.log("private"):1:9'], undefined],
  ["nothing", [], undefined],
  ["something else", ["    at somewhere", "    at native", "garbage"], undefined],
])("of %s", (_what, lines, place) => {
  expect(placeIn(...lines)).toBe(place);
});

it("is unknown where the application formats stacks in its own way", () => {
  Error.prepareStackTrace = (_error, sites) => sites;
  expect(probe()).toBe(undefined);
});
