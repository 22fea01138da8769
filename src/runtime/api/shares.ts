import { configFile, type RuntimeSettings, type SdkMode } from "../../settings/otel-settings.ts";
import { textOf } from "../../settings/values.ts";
import { endpointOf } from "../delivery/reporting-exporter.ts";
import { behindProxy, SIGNALS, theirs, type Slot } from "./api-globals.ts";
import { deliversTo } from "./delivers-to.ts";

/** The settings that remain for mcp-otelkit's SDK beside what the application has registered. */

const SETTING_OF = { trace: "traces", metrics: "metrics", logs: "logs" } as const;

/** Turns off a signal that the application's SDK delivers, so that it is not delivered twice. */
export function withoutTaken(settings: RuntimeSettings, taken: ReadonlySet<Slot>): RuntimeSettings {
  const silenced = SIGNALS.filter((slot) => taken.has(slot)).map((slot) => {
    const name = SETTING_OF[slot];
    return [name, { ...settings[name], exporters: [] }];
  });
  return { ...settings, ...(Object.fromEntries(silenced) as object) };
}

/** Whether anything remains to be done. */
export function isNeeded(
  { traces, metrics, logs }: RuntimeSettings,
  taken: ReadonlySet<Slot>,
  env: NodeJS.ProcessEnv,
): boolean {
  if (!taken.has("context") || !taken.has("propagation")) return true;
  const fromFile = configFile(env) !== undefined && SIGNALS.some((slot) => !taken.has(slot));
  return fromFile || [traces, metrics, logs].some(({ exporters }) => exporters.length > 0);
}

/** Whether mcp-otelkit delivers everything, and neither the user nor a file has set a time-out. */
export function isBrief(
  { traces, metrics, logs }: RuntimeSettings,
  taken: ReadonlySet<Slot>,
  env: NodeJS.ProcessEnv,
): boolean {
  const alone = SIGNALS.every((slot) => !taken.has(slot));
  const noTimeout = [traces, metrics, logs].every((signal) => signal.exportTimeoutMs !== undefined);
  return alone && noTimeout && configFile(env) === undefined;
}

/**
 * Whether mcp-otelkit's SDK keeps the MCP telemetry although the application has its own SDK: with `own`, and with
 * `auto` where the operator has set an endpoint that the other SDK does not deliver to. A server from another company
 * may bring its vendor's SDK; the operator's telemetry goes to the operator.
 */
export function createKeeper(
  mode: SdkMode,
  env: NodeJS.ProcessEnv,
  settings: RuntimeSettings,
): (slot: Slot) => boolean {
  const decided = new Map<Slot, { readonly provider: unknown; readonly keeps: boolean }>();
  return (slot) => {
    if (mode !== "auto") return mode === "own";
    if (slot === "context" || slot === "propagation") return false;
    const provider = behindProxy(theirs(slot));
    const known = decided.get(slot);
    if (known !== undefined && known.provider === provider) return known.keeps;
    const keeps =
      provider !== undefined && isNamed(env, settings, slot) && !deliversTo(provider, endpoint(slot));
    decided.set(slot, { provider, keeps });
    return keeps;
  };

  function endpoint(slot: keyof typeof SETTING_OF): string {
    const { signal, protocol } = settings[SETTING_OF[slot]];
    return endpointOf(env, signal, protocol).value;
  }
}

/** A configuration file describes destinations in its own way, and sets no endpoint for one signal. */
function isNamed(env: NodeJS.ProcessEnv, settings: RuntimeSettings, slot: keyof typeof SETTING_OF): boolean {
  const { signal, exporters } = settings[SETTING_OF[slot]];
  const variables = ["OTEL_EXPORTER_OTLP_ENDPOINT", `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`];
  return (
    configFile(env) === undefined &&
    (exporters as readonly string[]).includes("otlp") &&
    variables.some((variable) => textOf(env, variable) !== undefined)
  );
}
