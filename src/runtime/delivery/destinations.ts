import type { RuntimeSettings, SignalSettings } from "../../settings/otel-settings.ts";
import { firstLine, type Say } from "../../output/say.ts";
import { describeEndpoint, requireEndpoint } from "./reporting-exporter.ts";

const SIGNALS = ["traces", "metrics", "logs"] as const;

/**
 * The settings without what cannot be: an endpoint that is none stops what would go there, and nothing else.
 * @param say hears of it, in one line for all signals that share the mistake
 */
export function withoutUnusable(
  env: NodeJS.ProcessEnv,
  settings: RuntimeSettings,
  say: Say,
): RuntimeSettings {
  const problems = new Map<string, string[]>();
  const usable = SIGNALS.map((signal) => {
    const own = settings[signal];
    if (!(own.exporters as readonly string[]).includes("otlp")) return [signal, own] as const;
    try {
      requireEndpoint(env, own);
      return [signal, own] as const;
    } catch (error) {
      const problem = firstLine(error);
      problems.set(problem, [...(problems.get(problem) ?? []), signal]);
      return [signal, { ...own, exporters: own.exporters.filter((name) => name !== "otlp") }] as const;
    }
  });
  for (const [problem, signals] of problems)
    say(`${problem}: ${signals.join(", ")} cannot be sent there; everything else goes on`);
  return { ...settings, ...(Object.fromEntries(usable) as Pick<RuntimeSettings, (typeof SIGNALS)[number]>) };
}

/** For the start-up line: what goes where. What goes nowhere is left out: somebody has asked for that. */
export function describeDestinations(env: NodeJS.ProcessEnv, settings: RuntimeSettings): string {
  const byPlace = new Map<string, string[]>();
  for (const signal of SIGNALS) {
    const place = placeOf(env, settings[signal]);
    if (place !== "") byPlace.set(place, [...(byPlace.get(place) ?? []), signal]);
  }
  if (byPlace.size === 0) return `nothing is sent (${SIGNALS.map(variableOf).join(", ")})`;
  return [...byPlace].map(([place, signals]) => `${sentence(signals)} to ${place}`).join("; ");
}

/** Scrapers are not a place: they come, and the line ends with where to. */
function placeOf(env: NodeJS.ProcessEnv, settings: SignalSettings): string {
  return settings.exporters
    .filter((name) => name !== "prometheus")
    .map((name) => (name === "console" ? "stderr" : describeEndpoint(env, settings)))
    .join(" and ");
}

function sentence(signals: readonly string[]): string {
  return signals.length === SIGNALS.length ? "telemetry goes" : `${signals.join(" and ")} go`;
}

function variableOf(signal: string): string {
  return `OTEL_${signal.toUpperCase()}_EXPORTER`;
}
