// Ways from a value to the dashboard that says more about it.
import type { DynamicConfigValue } from "@grafana/grafana-foundation-sdk/dashboard";

export const UIDS = {
  overview: "mcp-overview",
  tools: "mcp-tools",
  sessions: "mcp-sessions",
  clients: "mcp-clients",
  objectives: "mcp-objectives",
  runtime: "mcp-runtime",
  pipeline: "mcp-pipeline",
} as const;

const HERE = "${server:queryparam}&${__url_time_range}";

/** On a series or a row that has the label tool_name, or a column of that name. */
export function toTool(value = "${__field.labels.tool_name}"): DynamicConfigValue {
  return { id: "links", value: [{ title: "This tool", url: `/d/${UIDS.tools}?var-tool=${value}&${HERE}` }] };
}

/** On a series that has the label job. */
export function toServer(uid: string, value = "${__field.labels.job}"): DynamicConfigValue {
  return {
    id: "links",
    value: [{ title: "This server", url: `/d/${uid}?var-server=${value}&\${__url_time_range}` }],
  };
}
