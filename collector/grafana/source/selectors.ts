// The selectors at the top of the dashboards.
import { CustomVariableBuilder, TextBoxVariableBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { selector } from "./data-sources.ts";

/**
 * The guide's `label_values(mcp_tool_calls_total, job)`, and the servers that have no tools. *All* stands for the names
 * that were found and not for `.*`: Prometheus and the Collector have a memory and a CPU too.
 */
export const server = () =>
  selector({
    name: "server",
    label: "Server",
    description:
      "MCP servers, by job: service.namespace/service.name, or what the scrape configuration calls it.",
    from: '{__name__=~"mcp_tool_calls_total|mcp_server_operation_duration_seconds_count"}',
    take: "job",
  });

export const client = () =>
  selector({
    name: "client",
    label: "Client",
    description: "Processes that call MCP servers, by job.",
    from: "mcp_client_operation_duration_seconds_count",
    take: "job",
  });

/** `.*` also finds series without the label: processes that have no service.instance.id. */
export const instance = (of: "server" | "client") =>
  selector({
    name: "instance",
    label: "Instance",
    description:
      "One process of several with the same name: service.instance.id, or host and port of a scraped one.",
    from:
      of === "server"
        ? '{__name__=~"mcp_tool_calls_total|mcp_server_operation_duration_seconds_count", job=~"$server"}'
        : 'mcp_client_operation_duration_seconds_count{job=~"$client"}',
    take: "instance",
    all: ".*",
  });

export const tool = () =>
  selector({
    name: "tool",
    label: "Tool",
    description: "Tools of the servers that are selected.",
    from: 'mcp_tool_calls_total{job=~"$server"}',
    take: "tool_name",
    all: ".+",
  });

/** Loki knows service.name only, and job may have the namespace in front. */
export const service = () =>
  selector({
    name: "service",
    label: "Service",
    description: "The service.name of the servers that are selected: what their log lines are found by.",
    from: '{__name__=~"mcp_tool_calls_total|mcp_server_operation_duration_seconds_count", job=~"$server"}',
    take: "service_name",
    hidden: true,
  });

export function choice(
  name: string,
  label: string,
  description: string,
  values: readonly string[],
  initial: string,
) {
  const options = values.map((option) => {
    const [said = "", value = said] = option.split(" : ");
    return { selected: said === initial, text: said, value };
  });
  return new CustomVariableBuilder(name)
    .label(label)
    .description(description)
    .values(values.join(","))
    .options(options)
    .current(options.find(({ selected }) => selected) ?? { text: "", value: "" });
}

export const top = () =>
  choice(
    "top",
    "Top",
    "How many series a panel shows at most: the largest of the time range.",
    ["5", "10", "20", "50"],
    "10",
  );

export function text(name: string, label: string, description: string, value: string) {
  return new TextBoxVariableBuilder(name)
    .label(label)
    .description(description)
    .defaultValue(value)
    .options([{ selected: true, text: value, value }])
    .current({ selected: true, text: value, value });
}

/** The guide's memory panel has the container's limit as a line, which no metric tells. */
export function memoryLimit() {
  return text(
    "memory_limit",
    "Memory limit (MiB)",
    "The container's memory limit, as a line on the memory panels.",
    "512",
  );
}
