/**
 * Other instrumentations of MCP in this process: each message shows twice then, in one place or in two. Told by facts, functions
 * that are marked as wrapped and channels that are listened to, and not by packages that are merely there.
 */
import { hasSubscribers } from "node:diagnostics_channel";
import Module from "node:module";
import { atExit } from "../output/at-exit.ts";
import { safely } from "../output/safely.ts";

/** Whom we know, what shows that they are at work, and how they are told to leave MCP alone. */
interface Other {
  readonly who: string;
  /** Channels that they listen to, and nobody else does. */
  readonly channels?: readonly string[];
  /** What they leave on a function that they wrap. */
  readonly mark?: string;
  /** A part of the path of their files, where a mark alone does not say whose it is. */
  readonly path?: RegExp;
  readonly advice: string;
}

const SDK_CHANNEL = "tracing:orchestrion:@modelcontextprotocol/";

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
  { who: "another instrumentation", mark: "__wrapped", advice: "take it out of your instrumentations" },
];

/** The functions of a connection that people wrap. */
const PROTOCOL_METHODS = ["connect", "request", "close", "notification"];
const TRANSPORT_METHODS = ["start", "send", "onmessage"];

let report: ((line: string) => void) | undefined;
/** Classes of which a connection has been looked at, and those who have been told of. */
const looked = new WeakSet();
const told = new Set<Other>();

/** Hears of those who are at work beside us. */
export function onOthers(sink: (line: string) => void): void {
  report = sink;
}

/** Looks at the first connection of a class: at once, and again when whoever wraps has wrapped. */
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
  const callOff = atExit(look); // a process that is over before it could be told
  setImmediate(() => {
    callOff();
    look();
  }).unref();
}

/** Another copy of this package has been there first: what it has patched is patched, and told by it alone. */
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
    const { channels = [], mark, path } = other;
    const named = found.some((one) => one.mark === mark); // the last row is for a mark that nobody has answered for
    if (channels.some((channel) => hasSubscribers(channel))) found.push(other);
    else if (marked(mark) && (path === undefined ? !named : isLoaded(path))) found.push(other);
  }
  return found;
}

function functionsOf(owner: object, names: readonly string[]): object[] {
  return names
    .map((name) => (owner as Record<string, unknown>)[name])
    .filter((value) => typeof value === "function");
}

/** Of CommonJS alone; what came as an ECMAScript module stays without a name. */
function isLoaded(path: RegExp): boolean {
  const { _cache: cache } = Module as unknown as { _cache: Readonly<Record<string, unknown>> };
  return Object.keys(cache).some((file) => path.test(file));
}
