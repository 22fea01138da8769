// A dashboard around its panels: rows on a grid, the selectors, the way to the other dashboards.
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
  type Dashboard,
  type VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { asCurrent } from "./current.ts";
import type { Placed } from "./described.ts";

/** Every dashboard has it; the links at the top of each find the others by it. */
const TAG = "mcp-otelkit";
const WIDTH = 24;

export interface Row {
  readonly title: string;
  readonly panels: readonly Placed[];
  /** Closed at first. What is in it asks nothing until it is opened. */
  readonly collapsed?: true;
}

export interface Frame {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Builder<VariableModel>[];
  readonly from?: string;
  readonly rows: readonly Row[];
}

export function dashboard({ uid, title, description, variables, from = "now-6h", rows }: Frame): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .timezone("browser")
    .time({ from, to: "now" })
    .refresh("1m")
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([...variables])
    .links([
      new DashboardLinkBuilder("MCP dashboards")
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true),
    ]);
  let id = 0;
  let y = 0;
  for (const row of rows) {
    const head = new RowBuilder(row.title).id((id += 1)).gridPos({ x: 0, y, w: WIDTH, h: 1 });
    y += 1;
    const below = layOut(row.panels, y);
    for (const { placed, x, y: top } of below) {
      placed.panel.id((id += 1));
      placed.panel.gridPos({ x, y: top, w: placed.width, h: placed.height });
      if (row.collapsed === true) head.withPanel(placed.panel);
    }
    builder.withRow(head.collapsed(row.collapsed === true));
    if (row.collapsed === true) continue;
    for (const { placed } of below) builder.withPanel(placed.panel);
    y = Math.max(y, ...below.map(({ placed, y: top }) => top + placed.height));
  }
  return asCurrent(builder.build());
}

/** From left to right, and under the line when it is full. */
function layOut(panels: readonly Placed[], top: number): { placed: Placed; x: number; y: number }[] {
  let [x, y, tallest] = [0, top, 0];
  return panels.map((placed) => {
    if (x + placed.width > WIDTH) [x, y, tallest] = [0, y + tallest, 0];
    const at = { placed, x, y };
    x += placed.width;
    tallest = Math.max(tallest, placed.height);
    return at;
  });
}
