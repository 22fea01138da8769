import { createNoopMeter, trace, type MeterProvider, type Tracer } from "@opentelemetry/api";
import {
  announce,
  onStdioServer,
  patchSdkFile,
  residentBytes,
  SCOPE,
  startWiring,
  type OccupyHub,
  type SdkFile,
  type SdkReport,
} from "../wiring.ts";
import { firstLine, writeToStderr, type Say } from "../output/say.ts";
import { readConfig } from "../settings/mcp-settings.ts";
import { readSettings, type SdkMode } from "../settings/otel-settings.ts";
import { VERSION } from "../version.ts";
import { createAdmin } from "./admin-when-asked.ts";
import { loadChunk } from "./chunks.ts";
import { flushAtExit } from "./exit/exit.ts";
import { watchTheirs } from "./exit/flush-theirs.ts";
import { reportsOf } from "./exit/unsent.ts";
import { takenSlots, type Components, type Slot } from "./api/api-globals.ts";
import type { LateSdk } from "./api/late-sdk.ts";
import type { RunningSdk } from "./otel/sdk.ts";
import { createKeeper, isBrief, isNeeded, withoutTaken } from "./api/shares.ts";
import { facts } from "./process-facts.ts";
import { createAnnouncer, createTakeover, describeServiceName, describeShares } from "./start-up-line.ts";
import { identityOfThread } from "./identity.ts";
import { announceSeen } from "./handover.ts";

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly mode: SdkMode;
  readonly level: number;
  readonly speak: Say;
  readonly fault: (where: string, error: unknown) => void;
  /** The slot for the process's SDK. */
  readonly sdk: LateSdk;
  readonly occupyHub: OccupyHub;
}

/** The process's telemetry, from the first MCP module on. */
export interface ProcessTelemetry {
  /** A file of an MCP SDK was loaded. */
  loaded(file: SdkFile, exports: Readonly<Record<string, unknown>>): void;
  /** An MCP SDK was patched, by this copy of the package or by one inside a bundle. */
  seen(report: SdkReport): void;
  /** Whether an SDK of mcp-otelkit records spans. */
  readonly tracing: boolean;
}

const loadSdk = () => loadChunk<typeof import("./otel/sdk.ts")>("sdk");

/** A server over stdio answers its first message within this time, or is in no hurry. */
const QUIET_START_MS = 500;

const NO_METERS: MeterProvider = { getMeter: () => createNoopMeter() };

/**
 * Starts the telemetry. OpenTelemetry is loaded now and set up with the next turn of the event loop or the first
 * span, whichever comes first: an application that sets it up itself does so after its imports, and mcp-otelkit then
 * uses that SDK.
 */
export function startTelemetry(surroundings: Surroundings): ProcessTelemetry {
  const { env, mode, level, speak, fault, sdk: late, occupyHub } = surroundings;
  const config = readConfig(env, speak);
  const settings = readSettings(env, speak);
  const keeps = createKeeper(mode, env, settings);
  const leftToThem = (): Set<Slot> => new Set([...takenSlots()].filter((slot) => !keeps(slot)));
  const mayStart = mode !== "join" && isNeeded(withoutTaken(settings, leftToThem()), leftToThem(), env);
  let tracerSource: object | undefined;
  let tracer: Tracer | undefined;
  let destination: string | undefined;
  let started = false;
  let recorded = false;
  let tracing = false;
  let ended = false;
  let sdk: RunningSdk | undefined;
  const admin = createAdmin(settings, speak);
  const meters = (): MeterProvider => late.current("metrics") ?? NO_METERS;
  const own = <S extends keyof Components>(slot: S): Components[S] | undefined =>
    sdk !== undefined && late.isTheirs(slot) && keeps(slot) ? sdk.components[slot] : undefined;

  const wiring = startWiring(
    {
      // The first message is the last moment to start.
      tracer() {
        // A stdio server answers its first message before HTTP is instrumented: the handlers of its tools run later.
        if (recorded) sdk?.instrument(meters);
        recorded = true;
        start();
        const provider = own("trace") ?? late.current("trace") ?? trace.getTracerProvider();
        if (tracer === undefined || provider !== tracerSource) tracer = provider.getTracer(SCOPE, VERSION);
        tracerSource = provider;
        return tracer;
      },
      meterProvider: () => own("metrics") ?? meters(),
      loggerProvider: () => own("logs") ?? late.current("logs"),
      config: () => config,
      // Another SDK's propagator may write what only its vendor reads, and the peer's traceparent would not be
      // continued.
      propagator: () => (own("trace") === undefined ? undefined : sdk?.components.propagation),
      ownHttp: () => tracing,
      warn: speak,
      writeLine: writeToStderr,
      fault,
    },
    { occupyHub, watchLoader: false },
  );
  if (wiring !== undefined) {
    facts.telemetry = wiring.telemetry;
    facts.residentBytes = residentBytes;
    let announced: boolean | undefined;
    onStdioServer(() => {
      announced ??= announceSeen(env);
      // It could not be said, so `mcp-otelkit run` observes: one of the two, never both.
      if (!announced) wiring.stop();
    });
  }
  facts.token = settings.admin.token;
  if (mayStart) safeLoad(speak);
  late.beforeFirstSpan(start);
  setImmediate(start).unref(); // nothing waits for it: a process that ends with this turn has nothing to report

  const announcer = createAnnouncer(
    VERSION,
    () => [
      destination ?? "nothing was recorded before the process ended",
      sdk && describeServiceName(env, wiring?.telemetry.served.first),
      admin.describe(),
    ],
    admin.settled,
    speak,
  );

  function start(): void {
    if (started) return;
    started = true; // first: the instruments get the provider, and that starts OpenTelemetry
    destination = setUp();
  }

  function setUp(): string {
    const theirs = takenSlots();
    const said = setUpSdk(theirs);
    flushAtExit(
      {
        flush: async () => sdk?.flush(),
        async shutdown() {
          wiring?.metrics.sessions.closeAll();
          ended = true;
          await sdk?.shutdown();
        },
        ...reportsOf(() => sdk),
      },
      () => (facts.draining = true),
      {
        ...settings.exit,
        say: speak,
        brief: isBrief(settings, theirs, env),
        sendNow: (unsent) =>
          sdk === undefined ? { arrived: {}, sent: {} } : loadSdk().sendUnsent(unsent, settings, env),
      },
    );
    wiring?.metrics.bind();
    admin.start();
    return said;
  }

  function setUpSdk(taken: ReadonlySet<Slot>): string {
    const joined = leftToThem();
    const remaining = withoutTaken(settings, joined);
    if (mode === "join" || !isNeeded(remaining, joined, env)) return describeShares(taken, undefined);
    const takeover = createTakeover(keeps, speak);
    try {
      const running = loadSdk().startSdk({
        env,
        settings: remaining,
        taken,
        runtimeMetrics:
          !taken.has("metrics") && config.metrics.has("runtime") && remaining.metrics.exporters.length > 0,
        identity: identityOfThread(env),
        serverName: () => wiring?.telemetry.served.first,
        keeps,
        level,
        isAdminRequest: admin.owns,
        say: speak,
      });
      sdk = running;
      late.use(running.components);
      tracing = !taken.has("trace") && running.components.trace !== undefined;
      const instrument = (): void => void (ended || running.instrument(meters));
      if (isHttpLoaded()) instrument();
      else setTimeout(instrument, QUIET_START_MS).unref();
      facts.collect = running.collect;
      late.onTheirs((slot) => {
        watchTheirs();
        if (slot === "trace") tracing = false;
        running.giveWay(slot, recorded);
        if (slot === "metrics" && !keeps(slot)) delete facts.collect;
        takeover.add(slot);
      });
      return describeShares(joined, running.destination, taken.size > joined.size);
    } catch (error) {
      speak(`no telemetry: ${firstLine(error)}`);
      return "no telemetry";
    }
  }

  return {
    loaded(file, exports) {
      announce(patchSdkFile(file, exports, VERSION));
    },
    seen(report) {
      // Reported by a copy of this package inside a bundle, whose messages do not pass through this one.
      if (report.format === "by hand") start();
      if (report.patched.some((name) => name === "Server" || name === "McpServer")) admin.serve();
      announcer.add(report);
    },
    get tracing() {
      return tracing;
    },
  };
}

/** Node loads `http` when a program first uses it. Then it is patched at once, before the program's servers and requests. */
function isHttpLoaded(): boolean {
  const { moduleLoadList } = process as { moduleLoadList?: readonly string[] };
  return moduleLoadList?.includes("NativeModule http") ?? true;
}

/** Loads it before it is needed: while modules load, this delays no message. */
function safeLoad(speak: Say): void {
  try {
    loadSdk();
  } catch (error) {
    speak(`no telemetry: ${firstLine(error)}`);
  }
}
