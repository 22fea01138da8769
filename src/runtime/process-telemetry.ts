import { isMainThread } from "node:worker_threads";
import type { DiagLogLevel } from "@opentelemetry/api";
import type { McpConfig } from "../settings/config.ts";
import { SCOPE } from "../wiring.ts";
import { provideMetrics, startAdmin, startDraining } from "./admin-endpoint.ts";
import {
  configFile,
  readSettings,
  type AdminSettings,
  type RuntimeSettings,
  type SdkMode,
} from "../settings/otel-settings.ts";
import { flushOthers, type Components } from "./otel/join.ts";
import { startBeforeFirstSpan } from "./otel/first-span.ts";
import { firstLine } from "./otel/packages.ts";
import { sendUnsent } from "./exit/send-at-exit.ts";
import { startSdk, type RunningSdk } from "./otel/sdk.ts";
import { flushAtExit } from "./exit/exit.ts";
import { hasDiagnostics, takenSlots, type Slot } from "./otel/slots.ts";
import { logDiagnosticsToStderr, type Say } from "../output/diagnostics.ts";
import { waitForMeters, type WaitingMeters } from "./otel/waiting-meters.ts";
import { createTakeover, describeShares } from "./otel/takeover.ts";
import { identityOfThread } from "./threads.ts";

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly mode: SdkMode;
  readonly level: DiagLogLevel;
  readonly speak: Say;
  /** Makes the instruments, now that there is somebody to read them. */
  readonly bindMetrics: () => void;
  /** The process ends: what is open is counted as over. */
  readonly endSessions: () => void;
  readonly config: McpConfig;
}

/** The process's telemetry, from the first MCP module on. Everything may be called again and then does nothing. */
export interface ProcessTelemetry {
  /**
   * An MCP SDK is here. OpenTelemetry is set up with the next turn of the event loop or the first span, whichever comes
   * first: an application that sets it up itself does so after its imports, and is then joined.
   */
  expect(): void;
  /** Something is to be recorded: sets up OpenTelemetry, as far as the application has not. */
  record(): void;
  /** An MCP server is here: probes and scrapers may come. */
  serve(): void;
  /** Whether the registered meter provider is one that waits for an SDK. */
  readonly waiting: boolean;
  /** Where an SDK of our own is used beside another one; empty where what is registered counts. */
  readonly own: Components;
  /** Whether spans go through an SDK of our own. */
  readonly tracing: boolean;
  /** For the start-up line. */
  describe(): string;
  /** Resolves when {@link describe} will not change any more. */
  settled(): Promise<unknown>;
}

export function createTelemetry(surroundings: Surroundings): ProcessTelemetry {
  const { env, mode, level, speak, bindMetrics, endSessions, config } = surroundings;
  let destination: string | undefined;
  let admin: AdminSettings | undefined;
  let serving: Promise<string | undefined> | undefined;
  let address: string | undefined;
  let scraped = false;
  let wanted = false;
  let started = false;
  let recorded = false;
  let tracing = false;
  let meters: WaitingMeters | undefined;
  let sdk: RunningSdk | undefined;

  function serve(): void {
    wanted = true;
    if (admin === undefined || serving !== undefined) return;
    serving = startAdmin(admin, speak).then((url) => (address = url));
  }

  function setUp(): string {
    const settings = readSettings(env, speak);
    // Before anything that can fail: a mistyped collector must not fail the probes and have a healthy server restarted.
    if (settings.admin.enabled !== false && isMainThread) admin = settings.admin;
    provideMetrics(undefined, settings.admin);
    const theirs = takenByOthers();
    const said = setUpSdk(settings);
    flushAtExit(
      {
        flush: async () => void (await Promise.all([sdk?.flush(), flushOthers(sdk?.components)])),
        async shutdown() {
          endSessions();
          await Promise.all([sdk?.shutdown(), flushOthers(sdk?.components)]);
        },
        failing: () => sdk?.failing() ?? false,
        giveUp: (error) => sdk?.giveUp(error),
        lost: () => sdk?.lost?.() ?? {},
        unsent: () => sdk?.unsent?.() ?? [],
      },
      startDraining,
      {
        ...settings.exit,
        say: speak,
        brief: isBrief(settings, theirs, env),
        sendNow: (unsent) => sendUnsent(unsent, settings, env),
      },
    );
    bindMetrics();
    // Asked for by name, it is there for clients as well.
    if (wanted || settings.admin.enabled === true || settings.metrics.exporters.includes("prometheus"))
      serve();
    return said;
  }

  function takenByOthers(): ReadonlySet<Slot> {
    const taken = new Set(takenSlots());
    if (meters?.waiting() === true) taken.delete("metrics");
    return taken;
  }

  function setUpSdk(settings: RuntimeSettings): string {
    const taken = takenByOthers();
    const ours = mode === "own" ? settings : withoutTaken(settings, taken);
    if (mode === "join" || !isNeeded(ours, taken, env)) return describeShares(taken, undefined);
    const takeover = createTakeover(mode, speak);
    try {
      if (!hasDiagnostics()) logDiagnosticsToStderr(level);
      sdk = startSdk({
        env,
        settings: ours,
        taken,
        runtimeMetrics:
          !taken.has("metrics") && config.metrics.has("runtime") && ours.metrics.exporters.length > 0,
        identity: identityOfThread(env),
        kept: mode === "own" ? SCOPE : undefined,
        recorded: () => recorded,
        yielded(slot) {
          if (slot === "trace") tracing = false;
          if (slot === "metrics") meters?.settle();
          if (slot === "metrics" && mode !== "own") {
            scraped = false;
            provideMetrics(undefined, settings.admin);
          }
          takeover.add(slot);
        },
        say: speak,
      });
      tracing = sdk.filled.has("trace");
      provideMetrics(sdk.collect, settings.admin);
      scraped = sdk.collect !== undefined;
      return describeShares(mode === "own" ? new Set() : taken, sdk.destination);
    } catch (error) {
      speak(`no telemetry: ${firstLine(error)}`);
      return "no telemetry";
    }
  }

  function start(): void {
    if (started) return;
    started = true; // first: to make the instruments asks for the provider, and who asks for that starts
    destination = setUp();
  }

  return {
    expect() {
      if (started || meters !== undefined) return;
      meters = waitForMeters();
      startBeforeFirstSpan(start);
      setImmediate(start).unref(); // not to be waited for: a process that ends with this turn has nothing to tell
    },
    record() {
      recorded = true;
      start();
    },
    serve,
    get own() {
      return mode === "own" ? (sdk?.components ?? {}) : {};
    },
    get waiting() {
      return meters?.waiting() === true;
    },
    get tracing() {
      return tracing;
    },
    describe: () =>
      [
        destination ?? "nothing was recorded before the process ended",
        address === undefined ? undefined : `${scraped ? "health and metrics" : "health"} at ${address}`,
      ]
        .filter(Boolean)
        .join("; "),
    settled: async () => serving,
  };
}

const SETTING_OF = { trace: "traces", metrics: "metrics", logs: "logs" } as const;

/** A signal that somebody else delivers is not to be delivered twice. */
function withoutTaken(settings: RuntimeSettings, taken: ReadonlySet<Slot>): RuntimeSettings {
  const signals = Object.entries(SETTING_OF) as [Slot, (typeof SETTING_OF)[keyof typeof SETTING_OF]][];
  const silenced = signals
    .filter(([slot]) => taken.has(slot))
    .map(([, name]) => [name, { ...settings[name], exporters: [] }]);
  return { ...settings, ...(Object.fromEntries(silenced) as object) };
}

/** Whether there is anything left for an SDK of ours to do. */
function isNeeded(
  { traces, metrics, logs }: RuntimeSettings,
  taken: ReadonlySet<Slot>,
  env: NodeJS.ProcessEnv,
): boolean {
  if (!taken.has("context") || !taken.has("propagation")) return true;
  const fromFile =
    configFile(env) !== undefined && Object.keys(SETTING_OF).some((slot) => !taken.has(slot as Slot));
  return fromFile || [traces, metrics, logs].some(({ exporters }) => exporters.length > 0);
}

/** Where everything is delivered by us, the user has set no timeout, and there is no file that has one of its own. */
function isBrief(
  { traces, metrics, logs }: RuntimeSettings,
  theirs: ReadonlySet<Slot>,
  env: NodeJS.ProcessEnv,
): boolean {
  const nobodyElse = (Object.keys(SETTING_OF) as Slot[]).every((slot) => !theirs.has(slot));
  const noTimeout = [traces, metrics, logs].every((signal) => signal.exportTimeoutMs !== undefined);
  return nobodyElse && noTimeout && configFile(env) === undefined;
}
