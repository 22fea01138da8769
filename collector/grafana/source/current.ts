// What the SDK still writes and Grafana 13.2 no longer has. test/collector/dashboard-schema.test.ts says when the list is wrong.
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";

/** On every variable, though only those of type `interval` have them. */
const OF_INTERVALS = ["auto", "auto_min", "auto_count"];
/** Options of a kind of panel that have moved to the fields' settings, where their defaults do. */
const MOVED: Readonly<Record<string, string>> = { table: "footer" };

export function asCurrent(dashboard: Dashboard): Dashboard {
  for (const variable of dashboard.templating.list ?? [])
    for (const key of OF_INTERVALS) Reflect.deleteProperty(variable, key);
  for (const panel of (dashboard.panels ?? []).flatMap((one) => ("panels" in one ? one.panels : [one]))) {
    const key = "options" in panel ? MOVED[panel.type] : undefined;
    if (key !== undefined) Reflect.deleteProperty(Object(panel.options) as object, key);
  }
  return dashboard;
}
