import { isMainThread } from "node:worker_threads";
import { MESSAGE_CLASSES, type SdkReport } from "../wiring.ts";
import type { Say } from "../output/say.ts";
import { configFile, type Env } from "../settings/otel-settings.ts";
import { textOf } from "../settings/values.ts";
import type { Slot } from "./api/api-globals.ts";
import { learn, type Fact } from "./threads.ts";

/** Collects the results of patching the SDKs that a process loads, and prints them in as few lines as possible. */
export interface Announcer {
  add(report: SdkReport): void;
  /** True once any SDK has been seen, instrumented or not. */
  readonly seen: boolean;
}

/**
 * An application loads an SDK's files one after the other within one turn of the event loop; one line reports them
 * all.
 * @param details where telemetry goes and where it can be scraped, as far as that is known when the line is written
 * @param settled resolves when no more details will come
 */
export function createAnnouncer(
  version: string,
  details: () => readonly (string | undefined)[],
  settled: () => Promise<unknown>,
  say: (line: string) => void,
): Announcer {
  let patched = new Set<string>();
  const problems = new Set<string>();
  let scheduled = false;
  let seen = false;

  /** Workers of a pool load the same modules: one of them prints the line, and none where the main thread has. */
  function announce(fact: Fact, line: string): void {
    if (learn(fact) || isMainThread) say(line);
  }

  function flush(): void {
    scheduled = false;
    process.removeListener("exit", flush);
    if (patched.size > 0)
      announce(
        "announced",
        [`${version}, instrumented ${[...patched].join(" and ")}`, ...details()]
          .filter((part) => part !== undefined)
          .join("; "),
      );
    patched = new Set();
  }

  return {
    get seen() {
      return seen;
    },
    add({ package: name, version: sdkVersion, format, patched: classes, problem }) {
      if (!seen) learn("seen");
      seen = true;
      const sdk = [name, sdkVersion, `(${format})`].filter((part) => part !== "").join(" ");
      if (problem !== undefined) {
        const line = `${sdk} was seen but is not instrumented: ${problem}`;
        if (!problems.has(line)) announce("problem", line);
        problems.add(line);
      } else if (classes.some((one) => MESSAGE_CLASSES.includes(one))) {
        patched.add(sdk);
      }
      if (patched.size === 0 || scheduled) return;
      scheduled = true;
      process.once("exit", flush); // a process that has ended cannot print it
      setImmediate(() => void settled().finally(flush)).unref();
    },
  };
}

/** The signals' names for people; context and propagation are not signals. */
const NAMES: readonly (readonly [slot: Slot, name: string])[] = [
  ["trace", "traces"],
  ["metrics", "metrics"],
  ["logs", "logs"],
];

/**
 * Which SDK does what, for the start-up line.
 * @param embedded where the embedded SDK sends telemetry; `undefined` where there is none
 * @param beside whether the application's SDK delivers signals to its own destinations
 */
export function describeShares(
  taken: ReadonlySet<Slot>,
  embedded: string | undefined,
  beside = false,
): string {
  const theirs = namesOf(taken);
  if (embedded === undefined) {
    return theirs.length > 0
      ? "telemetry goes through the OpenTelemetry SDK of this process"
      : "telemetry waits for an OpenTelemetry SDK of the application (OTEL_INSTRUMENTATION_MCP_SDK=join)";
  }
  const shared =
    theirs.length > 0
      ? `${theirs.join(" and ")} go through the OpenTelemetry SDK of this process; ${embedded}`
      : embedded;
  return beside ? `${shared}, beside the OpenTelemetry SDK of this process` : shared;
}

/** The service name where the operator has not set one; `undefined` where that is clear. */
export function describeServiceName(env: Env, serverName: string | undefined): string | undefined {
  const given =
    textOf(env, "OTEL_SERVICE_NAME") !== undefined ||
    /(?:^|,)\s*service\.name\s*=/.test(env["OTEL_RESOURCE_ATTRIBUTES"] ?? "") ||
    configFile(env) !== undefined;
  if (given) return undefined;
  return serverName === undefined
    ? "OTEL_SERVICE_NAME is not set: service.name is that of the first MCP server here, until then unknown_service"
    : `service.name is ${JSON.stringify(serverName)}, the MCP server's own (OTEL_SERVICE_NAME is not set)`;
}

/**
 * Collects the slots that a later SDK takes over, all within one turn, and reports them in one line.
 * @param keeps whether that SDK gets nothing of MCP in this slot; called when it is set up
 */
export function createTakeover(keeps: (slot: Slot) => boolean, say: Say): { add(slot: Slot): void } {
  const taken = new Set<Slot>();
  return {
    add(slot) {
      if (taken.size === 0) queueMicrotask(report);
      taken.add(slot);
    },
  };
  function report(): void {
    const names = namesOf(new Set([...taken].filter((slot) => !keeps(slot)))).join(" and ");
    taken.clear();
    if (names === "") return;
    say(
      `an OpenTelemetry SDK has started after the embedded one: from now on ${names} go through that one ` +
        "(OTEL_INSTRUMENTATION_MCP_SDK=join never starts the embedded one, own keeps it beside the other)",
    );
  }
}

function namesOf(slots: ReadonlySet<Slot>): string[] {
  return NAMES.filter(([slot]) => slots.has(slot)).map(([, name]) => name);
}
