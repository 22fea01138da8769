import type { RuntimeSettings, SignalSettings } from "../../settings/otel-settings.ts";
import { describeEndpoint } from "./reporting-exporter.ts";

const SIGNALS = ["traces", "metrics", "logs"] as const;

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
