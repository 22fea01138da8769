// Which data source a panel asks. A variable each, so that a dashboard fits an installation with other uids; the uids of
// provisioning/datasources are what they start with.
import { VariableRefresh, type VariableOption } from "@grafana/grafana-foundation-sdk/dashboard";
import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
} from "@grafana/grafana-foundation-sdk/dashboard";

export const METRICS = { type: "prometheus", uid: "${metrics}" };
export const LOGS = { type: "loki", uid: "${logs}" };

export function metricsSource(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder("metrics")
    .label("Metrics")
    .description("The Prometheus that has the metrics.")
    .type("prometheus")
    .current({ selected: true, text: "Prometheus", value: "prometheus" })
    .hide(VariableHide.InControlsMenu);
}

export function logsSource(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder("logs")
    .label("Logs")
    .description("The Loki that has the logs.")
    .type("loki")
    .current({ selected: true, text: "Loki", value: "loki" })
    .hide(VariableHide.InControlsMenu);
}

export interface Selector {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  /** Of which series. */
  readonly from: string;
  /** Which of their labels. */
  readonly take: string;
  /** What *All* stands for; without it, for the names that were found. */
  readonly all?: string;
  readonly hidden?: boolean;
}

/** A choice of several values of a label, with *All*. */
export function selector({
  name,
  label,
  description,
  from,
  take,
  all,
  hidden,
}: Selector): QueryVariableBuilder {
  const query = `label_values(${from}, ${take})`;
  const builder = new QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .datasource(METRICS)
    .query({ query, refId: name })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .allowCustomValue(true)
    .current(ALL)
    .sort(NATURAL_ASCENDING);
  if (all !== undefined) builder.allValue(all);
  if (hidden === true) builder.hide(VariableHide.HideVariable);
  return builder;
}

const ALL: VariableOption = { selected: true, text: ["All"], value: ["$__all"] };
const NATURAL_ASCENDING = 7;
