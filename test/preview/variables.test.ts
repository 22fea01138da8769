// A dashboard's variables, filled in as Grafana does.
import { expect, it } from "vitest";
import { dashboards } from "../collector/dashboards.ts";
import { fillerFor } from "./variables.ts";

const times = { from: 1000, to: 1240, step: 2 };
const overview = dashboards.find(({ uid }) => uid === "mcp-overview") ?? dashboards[0];

it("writes All as the names that were found, escaped, and asks for them with the variables before", async () => {
  const asked: string[] = [];
  const found = { job: ["shop", "eu.shop"], instance: [] } as Record<string, string[]>;

  const { fill } = await fillerFor(overview as NonNullable<typeof overview>, times, {}, (selector, label) => {
    asked.push(`${label} of ${selector}`);
    return Promise.resolve(found[label] ?? []);
  });

  expect(fill('{job=~"$server", instance=~"$instance"}')).toBe('{job=~"(shop|eu\\\\.shop)", instance=~".*"}');
  expect(asked).toEqual([
    'job of {__name__=~"mcp_tool_calls_total|mcp_server_operation_duration_seconds_count"}',
  ]);
});

it("knows the time range, and takes a choice instead of All", async () => {
  const { fill } = await fillerFor(overview as NonNullable<typeof overview>, times, { server: "shop" }, () =>
    Promise.resolve([]),
  );

  expect(fill("increase(x[$__range]) $server topk($top, y) $unknown")).toBe(
    "increase(x[240s]) shop topk(10, y) $unknown",
  );
});

it("leaves no variable of any query unfilled", async () => {
  for (const dashboard of dashboards) {
    const { fill } = await fillerFor(dashboard, times, {}, () => Promise.resolve(["one"]));
    const left = JSON.stringify(
      dashboard.panels
        .flatMap(({ panels = [], targets = [] }) => [
          ...targets,
          ...panels.flatMap((one) => one.targets ?? []),
        ])
        .map(({ expr }) => fill(expr)),
    );

    expect(left, dashboard.uid).not.toContain("$");
  }
});
