import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isInstrumentationEnabled } from "../settings/otel-settings.ts";

/** A logger with an OpenTelemetry instrumentation, `@opentelemetry/instrumentation-<name>`. */
interface LoggerRow {
  readonly name: string;
  /** The file that the instrumentation patches. Both are CommonJS; `import` gets the value of `module.exports`. */
  readonly file: string;
  readonly className: string;
}

const ROWS: readonly LoggerRow[] = [
  { name: "pino", file: "pino.js", className: "PinoInstrumentation" },
  { name: "winston", file: "lib/winston/logger.js", className: "WinstonInstrumentation" },
];

/** Endings of paths that may belong to a logger: every other path fails this one test. */
const CANDIDATE = /^(.*)[\\/](pino\.js|lib[\\/]winston[\\/]logger\.js)$/;

/** The part of an instrumentation that describes a module, in either line of OpenTelemetry. */
interface ModuleDefinition {
  readonly supportedVersions: readonly string[];
  patch?(exports: unknown, version: string): unknown;
  readonly files: readonly ModuleDefinition[];
}
interface LoggerInstrumentation {
  getModuleDefinitions(): readonly ModuleDefinition[];
  isEnabled(): boolean;
}
type LoggerInstrumentationClass = new (config: object) => LoggerInstrumentation;

/** A module that the CommonJS loader has just run. */
interface LoadedModule {
  exports: unknown;
}

export interface LoggerSurroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Other code traces in this process, and chooses what is instrumented. */
  readonly foreign: () => boolean;
  readonly fault: (where: string, error: unknown) => void;
  /** Calls the listener for every CommonJS module once its code has run. */
  readonly onCompiled: (listener: (module: LoadedModule, filename: string) => void) => void;
}

/**
 * Makes pino and winston write trace ids, and send log records, where the application has installed OpenTelemetry's
 * instrumentations of them. Active from the preload on, since loggers are often loaded before the MCP SDK. It checks
 * what the CommonJS loader has just compiled: a process without a logger pays nothing, an `import` needs no loader
 * hook, and no OpenTelemetry hook runs in a process that may be npm.
 */
export function instrumentLoggers(surroundings: LoggerSurroundings): void {
  surroundings.onCompiled((module, filename) => {
    const match = CANDIDATE.exec(filename);
    if (match === null) return;
    try {
      patchLogger(module, match[1] ?? "", (match[2] ?? "").replaceAll("\\", "/"), surroundings);
    } catch (error) {
      surroundings.fault(`loggers: ${match[2]}`, error);
    }
  });
}

function patchLogger(
  module: LoadedModule,
  root: string,
  file: string,
  { env, foreign }: LoggerSurroundings,
): void {
  const row = ROWS.find((candidate) => candidate.file === file);
  const { name, version = "" } = readManifest(root);
  if (row === undefined || name !== row.name || !isInstrumentationEnabled(env, row.name) || foreign()) return;
  const installed = findInstrumentation(`@opentelemetry/instrumentation-${row.name}`, root);
  if (installed === undefined) return;
  const exported = installed(installed.path) as Record<string, LoggerInstrumentationClass | undefined>;
  const Instrumentation = exported[row.className];
  if (Instrumentation === undefined) return;

  // Not through `enable`, which would hook the loader as well, and then patch twice.
  const sending = !/(^|,)\s*none\s*(,|$)/.test(env["OTEL_LOGS_EXPORTER"] ?? "");
  const instrumentation = new Instrumentation({ enabled: false, disableLogSending: !sending });
  instrumentation.isEnabled = () => true;
  const definition = instrumentation
    .getModuleDefinitions()
    .find(({ supportedVersions }) => supportedVersions.some((range) => isWithin(version, range)));
  const [part = definition] = definition?.files ?? [];
  if (part?.patch === undefined) return;
  module.exports = part.patch(module.exports, version);
}

interface Installed extends NodeJS.Require {
  /** The path of the package that was looked up. */
  readonly path: string;
}

/** Beside the application first, which may have another copy than the one that npm has installed beside mcp-otelkit. */
function findInstrumentation(name: string, loggerRoot: string): Installed | undefined {
  const [, script] = process.argv;
  const places = [script, join(process.cwd(), "anyone.js"), join(loggerRoot, "anyone.js")];
  for (const place of places) {
    const found = place === undefined ? undefined : findFrom(place, name);
    if (found !== undefined) return found;
  }
  return findFrom(fileURLToPath(import.meta.url), name);
}

/** Resolves a package from a file, with a `require` from there. */
function findFrom(file: string, name: string): Installed | undefined {
  try {
    const path = createRequire(file).resolve(name);
    return Object.assign(createRequire(path), { path });
  } catch {
    return undefined; // not installed
  }
}

function readManifest(root: string): { readonly name?: string; readonly version?: string } {
  try {
    return JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as object;
  } catch {
    return {}; // another file of that name
  }
}

/** Ranges of these instrumentations look like `>=5.14.0 <11`. */
function isWithin(version: string, range: string): boolean {
  const [, from, below] = /^>=(\d+)\S* <(\d+)/.exec(range) ?? [];
  const major = Number.parseInt(version, 10);
  return from !== undefined && major >= Number(from) && major < Number(below);
}
