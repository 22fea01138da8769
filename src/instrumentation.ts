import { metrics, trace, type MeterProvider, type Tracer, type TracerProvider } from "@opentelemetry/api";
import { InstrumentationBase } from "@opentelemetry/instrumentation";
import type { McpConfig } from "./settings/config.ts";
import { readConfig } from "./settings/mcp-settings.ts";
import { describeFault } from "./output/describe-fault.ts";
import { tolerateVersions } from "./runtime/api/api-globals.ts";
import { VERSION } from "./version.ts";
import {
  MESSAGE_CLASSES,
  onSdkSeen,
  SCOPE,
  startWiring,
  wireByHand,
  type LoggerProvider,
  type SdkReport,
  type Wiring,
} from "./wiring.ts";

type InstrumentationLoggerProvider = Parameters<InstrumentationBase["setLoggerProvider"]>[0];

/** Options of {@link McpInstrumentation}. Options that are not given come from the environment, then from the defaults. */
export interface McpInstrumentationConfig extends Partial<McpConfig> {
  /** @default true */
  readonly enabled?: boolean;
}

/** OpenTelemetry's base class provides the diagnostics and the methods that SDKs call. */
class Implementation extends InstrumentationBase<McpInstrumentationConfig> {
  // Not initialised here: the base class calls `enable` from its constructor, before initialisers would run.
  declare private settings: McpConfig | undefined;
  declare private wiring: { stop(): void } | undefined;
  declare private unlisten: (() => void) | undefined;
  declare private given: TracerProvider | undefined;
  declare private givenMeters: MeterProvider | undefined;
  declare private givenLoggers: LoggerProvider | undefined;

  constructor(config: McpInstrumentationConfig = {}) {
    super(SCOPE, VERSION, config);
  }

  /** No module definitions: OpenTelemetry's hooks never run for SDK v1 as CommonJS, and need their own set-up for ESM. */
  protected override init(): [] {
    return [];
  }

  override enable(): void {
    super.enable();
    if (this.wiring !== undefined) return;
    tolerateVersions();
    this.wiring = startWiring({
      tracer: () => this.currentTracer(),
      meterProvider: () => this.givenMeters ?? metrics.getMeterProvider(),
      loggerProvider: () => this.givenLoggers,
      config: () => this.currentSettings(),
      warn,
      fault: (where, error) => {
        const what = `mcp-otelkit failed in "${where}"; the application continues without it`;
        this._diag.error(`${what}: ${describeFault(error)}`);
        this._diag.debug(what, error);
      },
    });
    if (this.wiring === undefined)
      this._diag.warn("MCP is instrumented in this process already; this instance does nothing");
    else this.unlisten = onSdkSeen((report) => this.tell(report));
  }

  override disable(): void {
    super.disable();
    this.wiring?.stop();
    this.unlisten?.();
    this.wiring = undefined;
  }

  override setConfig(config: McpInstrumentationConfig = {}): void {
    super.setConfig(config);
    this.settings = undefined;
  }

  /** Kept only if it is a real provider: `registerInstrumentations` passes the API's proxy where none was given. */
  override setTracerProvider(provider: TracerProvider): void {
    super.setTracerProvider(provider);
    this.given = "getDelegate" in provider ? undefined : provider;
  }

  /** The metrics API has no proxy: the provider that is passed here may be the only real one. */
  override setMeterProvider(provider: MeterProvider): void {
    super.setMeterProvider(provider);
    this.givenMeters = provider === metrics.getMeterProvider() ? undefined : provider;
  }

  /** The API's proxy, which is passed where none was given, is not kept: the registered provider is used then. */
  override setLoggerProvider(provider: InstrumentationLoggerProvider): void {
    super.setLoggerProvider(provider);
    this.givenLoggers = "_getDelegate" in provider ? undefined : provider;
  }

  /**
   * From the current provider. The base class keeps a tracer from the start; with the 3.x line that tracer can belong
   * to another copy of the API (there is one per module format) and would never record anything.
   */
  private currentTracer(): Tracer {
    return (this.given ?? trace.getTracerProvider()).getTracer(SCOPE, VERSION);
  }

  private currentSettings(): McpConfig {
    this.settings ??= {
      ...readConfig(process.env, (problem) => this._diag.warn(problem)),
      ...definedOf(this.getConfig()),
    };
    return this.settings;
  }

  private tell(report: SdkReport): void {
    const sdk = `${report.package} ${report.version} (${report.format})`;
    if (report.problem !== undefined)
      this._diag.warn(`${sdk} was seen but is not instrumented: ${report.problem}`);
    // Not as info: OpenTelemetry's console logger prints that on stdout, which may be the protocol's.
    else if (report.patched.length > 0) this._diag.verbose(`${sdk}: patched ${report.patched.join(", ")}`);
  }
}

/** An instrumentation in the form that OpenTelemetry's SDKs of any version accept; see {@link McpInstrumentation}. */
export interface McpInstrumentation {
  readonly instrumentationName: string;
  readonly instrumentationVersion: string;
  /** Starts to observe; the constructor does so already, unless `enabled` is false. */
  enable(): void;
  /** Stops observing. Calls pass through. */
  disable(): void;
  setTracerProvider(provider: TracerProvider): void;
  setMeterProvider(provider: MeterProvider): void;
  setLoggerProvider(provider: object): void;
  setConfig(config: McpInstrumentationConfig): void;
  getConfig(): McpInstrumentationConfig;
}

/**
 * OpenTelemetry instrumentation of the MCP TypeScript SDK, for applications that set up OpenTelemetry themselves:
 *
 * ```ts
 * new NodeSDK({ instrumentations: [new McpInstrumentation()] }).start();
 * ```
 *
 * Create it before the application loads the SDK, like every instrumentation. It needs no loader hook of
 * OpenTelemetry: it has its own, for both module formats.
 */
export const McpInstrumentation: new (config?: McpInstrumentationConfig) => McpInstrumentation =
  Implementation;

/**
 * Patches an MCP SDK that no loader hook can see, because a bundler has put it into the application's file. Call it
 * before the first `connect`.
 *
 * ```ts
 * import { instrumentMcp } from "mcp-otelkit";
 * import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
 * const server = new McpServer({ name: "weather", version: "1.0.0" });
 * instrumentMcp(server);
 * ```
 *
 * @param moduleOrClass a module of the SDK (`import * as sdk from …`), one of its classes (`Server`, `Client`,
 *   `Protocol`), or an instance of one, `McpServer` included
 * @returns the names of the classes that are now patched; empty, with a process warning, where none was found
 */
export function instrumentMcp(moduleOrClass: unknown): readonly string[] {
  const config = readConfig(process.env, warn);
  // Where nothing observes yet, this call sets up everything; otherwise it only patches.
  const wiring: Wiring = {
    tracer: () => trace.getTracer(SCOPE, VERSION),
    meterProvider: () => metrics.getMeterProvider(),
    config: () => config,
    warn,
    fault: (where, error) =>
      warn(`mcp-otelkit failed in "${where}"; the application continues without it: ${describeFault(error)}`),
  };
  startWiring(wiring, { watchLoader: false });
  const classes = wireByHand(moduleOrClass);
  if (!classes.some((name) => MESSAGE_CLASSES.includes(name))) {
    warn(
      "instrumentMcp() found no MCP Client or Server in what it was given; pass the SDK's module, its Server or Client class, or an instance of one",
    );
  }
  return classes;
}

/** On stderr, even where OpenTelemetry's diagnostics have no logger. */
function warn(problem: string): void {
  process.emitWarning(problem, { code: "MCP_OTELKIT" });
}

function definedOf(config: McpInstrumentationConfig): Partial<McpConfig> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined));
}
