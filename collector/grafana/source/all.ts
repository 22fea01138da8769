// Every dashboard, by the name of its file.
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { clientView } from "./clients.ts";
import { serviceLevels } from "./objectives.ts";
import { overview } from "./overview.ts";
import { pipelineHealth } from "./pipeline.ts";
import { runtimeAndCapacity } from "./runtime.ts";
import { sessionsAndTransports } from "./sessions.ts";
import { toolDetails } from "./tools.ts";

export const DASHBOARDS: Readonly<Record<string, () => Dashboard>> = {
  overview,
  tools: toolDetails,
  sessions: sessionsAndTransports,
  clients: clientView,
  objectives: serviceLevels,
  runtime: runtimeAndCapacity,
  pipeline: pipelineHealth,
};

/** The file's text. */
export function asJson(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, undefined, 2)}\n`;
}
