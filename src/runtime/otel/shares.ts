import { configFile, type RuntimeSettings } from "../../settings/otel-settings.ts";
import { SIGNALS, type Slot } from "./api-globals.ts";

/** What is left for an SDK of mcp-otelkit beside what the application has registered. */

const SETTING_OF = { trace: "traces", metrics: "metrics", logs: "logs" } as const;

/** A signal that the application's SDK delivers is not delivered twice. */
export function withoutTaken(settings: RuntimeSettings, taken: ReadonlySet<Slot>): RuntimeSettings {
  const silenced = SIGNALS.filter((slot) => taken.has(slot)).map((slot) => {
    const name = SETTING_OF[slot];
    return [name, { ...settings[name], exporters: [] }];
  });
  return { ...settings, ...(Object.fromEntries(silenced) as object) };
}

/** Whether there is anything left to do. */
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
