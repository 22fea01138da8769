/**
 * Finds other instrumentations of MCP in this process, which would show each message twice. By facts, functions
 * marked as wrapped and channels with subscribers, and not by packages that are merely installed.
 */
import { hasSubscribers } from "node:diagnostics_channel";
import Module from "node:module";
import { atExit } from "../output/at-exit.ts";
import { safely } from "../output/safely.ts";

/** A known instrumentation: the signs that it is active, and how to turn off its MCP part. */
interface Other {
  readonly who: string;
  /** Channels to which only this instrumentation subscribes. */
  readonly channels?: readonly string[];
  /** The mark on a function that it wraps. */
  readonly mark?: string;
  /** A global that it sets where it instruments a server. */
  readonly global?: string;
  /** A part of the path of its files, where the mark alone does not identify it. */
  readonly path?: RegExp;
  readonly advice: string;
}

const SDK_CHANNEL = "tracing:orchestrion:@modelcontextprotocol/";

const OR_KEEP = "or set OTEL_NODE_DISABLED_INSTRUMENTATIONS=mcp to keep its spans alone";

const OTHERS: readonly Other[] = [
  {
    who: "Sentry",
    channels: [`${SDK_CHANNEL}sdk:mcpServerConstructor:end`, `${SDK_CHANNEL}server:mcpServerConstructor:end`],
    mark: "__sentry_original__",
    advice: "take the integration McpServer, or wrapMcpServerWithSentry(), out of your Sentry set-up",
  },
  {
    who: "dd-trace",
    channels: [`${SDK_CHANNEL}sdk:Client_callTool:start`, "tracing:apm:mcp:server:request:start"],
    advice: "set DD_TRACE_MODELCONTEXTPROTOCOL_SDK_ENABLED=false",
  },
  {
    who: "@traceloop/instrumentation-mcp",
    mark: "__wrapped",
    path: /@traceloop[\\/]instrumentation-mcp[\\/]/,
    advice: "take it out of your instrumentations",
  },
  {
    who: "@arizeai/openinference-instrumentation-mcp",
    mark: "__wrapped",
    path: /@arizeai[\\/]openinference-instrumentation-mcp[\\/]/,
    advice: "take it out of your instrumentations",
  },
  {
    who: "mcp-handler",
    global: "mcp-handler.telemetry.v1",
    advice: `pass telemetry: false to createMcpHandler, ${OR_KEEP}`,
  },
  { who: "another instrumentation", mark: "__wrapped", advice: "take it out of your instrumentations" },
];

/** The methods of a connection that instrumentations wrap. */
const PROTOCOL_METHODS = ["connect", "request", "close", "notification"];
const TRANSPORT_METHODS = ["start", "send", "onmessage"];

let report: ((line: string) => void) | undefined;
/** Classes of which a connection has been checked, and instrumentations that have been reported. */
const looked = new WeakSet();
const told = new Set<Other>();

/** Calls the sink with one line for each other instrumentation. */
export function onOthers(sink: (line: string) => void): void {
  report = sink;
}

/** Checks the first connection of a class: at once, and again after others have wrapped it. */
export function lookForOthers(protocol: object, transport: object): void {
  const tell = report;
  if (tell === undefined || looked.has(protocol.constructor)) return;
  looked.add(protocol.constructor);
  const look = (): void => {
    safely("look for others", () => {
      const functions = [
        ...functionsOf(protocol, PROTOCOL_METHODS),
        ...functionsOf(transport, TRANSPORT_METHODS),
      ];
      for (const other of findOthers(functions)) {
        const { who, advice } = other;
        if (!told.has(other))
          tell(
            `${who} instruments MCP in this process as well, so each message is recorded twice; ${advice}`,
          );
        told.add(other);
      }
    });
  };
  look();
  const callOff = atExit(look); // a process that has ended cannot print it
  setImmediate(() => {
    callOff();
    look();
  }).unref();
}

let toldOfSpan = false;

/**
 * Reports a tracer that makes spans of MCP messages around those of mcp-otelkit: a server may instrument itself. Later, and only
 * where nothing known explains it.
 */
export function tellOfTracer(name: string): void {
  if (toldOfSpan) return;
  toldOfSpan = true;
  const tell = (): void => {
    safely("tell of a tracer", () => {
      if (told.size > 0) return;
      report?.(
        `the tracer ${JSON.stringify(name.slice(0, 100))} instruments MCP in this process as well, so each message is recorded twice; ` +
          `take its spans out of the server, ${OR_KEEP}`,
      );
    });
  };
  const callOff = atExit(tell);
  setImmediate(() => {
    callOff();
    setImmediate(tell).unref();
  }).unref();
}

/** Reports that another copy of this package was first: the classes stay as it patched them, and only that copy records. */
export function tellOfCopy(other: string, own: string): void {
  report?.(
    `mcp-otelkit ${other} has instrumented MCP in this process already, so this copy (${own}) does nothing; install one version of it`,
  );
  report = undefined;
}

function findOthers(functions: readonly object[]): Other[] {
  const marked = (mark: string | undefined): boolean =>
    mark !== undefined && functions.some((fn) => Boolean((fn as Record<string, unknown>)[mark]));
  const found: Other[] = [];
  for (const other of OTHERS) {
    const { channels = [], mark, path, global } = other;
    const named = found.some((one) => one.mark === mark); // the last row is for a mark that no other row explains
    const active =
      channels.some((channel) => hasSubscribers(channel)) ||
      (global !== undefined && Symbol.for(global) in globalThis);
    if (active) found.push(other);
    else if (marked(mark) && (path === undefined ? !named : isLoaded(path))) found.push(other);
  }
  return found;
}

function functionsOf(owner: object, names: readonly string[]): object[] {
  return names
    .map((name) => (owner as Record<string, unknown>)[name])
    .filter((value) => typeof value === "function");
}

/** CommonJS only; an instrumentation that was loaded as an ES module stays without a name. */
function isLoaded(path: RegExp): boolean {
  const { _cache: cache } = Module as unknown as { _cache: Readonly<Record<string, unknown>> };
  return Object.keys(cache).some((file) => path.test(file));
}
