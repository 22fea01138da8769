/**
 * The production readiness checklist of the monitoring guide for MCP servers, line by line: how the project meets it,
 * how to fix it, and how to check it in a running set-up. docs/production-checklist.md is the same table for people,
 * and a test compares the two.
 */
import { alert, routed, runbooks } from "./alerting.ts";
import { environment, hardcoded, limited, probed, scaled, timeToStop } from "./deployment.ts";
import { object, type Line } from "./evidence.ts";
import { correlated, leaks, structured } from "./logging.ts";
import { buckets, metric, panels, series } from "./metrics.ts";

/** Checks of mcp-otelkit, not of a dependency. */
const BUILT_IN_CHECKS = ["server", "shutdown"];

export const CHECKLIST: readonly Line[] = [
  ...section("Health and Availability", [
    {
      says: "/health endpoint returns 200 when the server is running",
      needs: "--server",
      fix: "OTEL_INSTRUMENTATION_MCP_ADMIN=on, and OTEL_EXPORTER_PROMETHEUS_HOST where the caller is not on the same machine",
      see: ({ health }) => health && { ok: health.status === 200, saw: `status ${health.status}` },
    },
    {
      says: "/ready endpoint checks all critical dependencies (database, APIs)",
      needs: "--server",
      fix: 'addReadinessCheck("database", …) for each dependency (README, "Metrics, health and readiness")',
      see({ ready }) {
        if (!ready) return undefined;
        const names = Object.keys(object(object(ready.json)["checks"])).filter(
          (name) => !BUILT_IN_CHECKS.includes(name),
        );
        return {
          ok: names.length > 0,
          saw: `status ${ready.status}, dependencies: ${names.join(", ") || "none"}`,
        };
      },
    },
    {
      says: "Kubernetes probes (or equivalent) configured for liveness and readiness",
      needs: "--deployment",
      fix: "livenessProbe on /health, readinessProbe on /ready: collector/kubernetes/base/server/deployment.yaml",
      see: probed,
    },
    {
      says: "Graceful shutdown handler drains active sessions on SIGTERM",
      needs: "--deployment",
      fix: "OTEL_INSTRUMENTATION_MCP_DRAIN_MS, and a terminationGracePeriodSeconds above the pause, the drain and 2 s",
      see: timeToStop,
    },
  ]),
  ...section("Metrics and Dashboards", [
    {
      says: "Prometheus metrics exposed at /metrics",
      needs: "--server or --prometheus",
      fix: "OTEL_METRICS_EXPORTER=prometheus to be scraped, or otlp to push; collector/prometheus/prometheus.yaml",
      async see({ metrics, query }) {
        if (metrics) return { ok: metrics.status === 200, saw: `status ${metrics.status}` };
        return series(await query('count({__name__=~"mcp_.+"})'));
      },
    },
    metric("Tool call counter with tool name and status labels", "mcp_tool_calls_total", [
      "tool_name",
      "status",
    ]),
    {
      ...metric(
        "Tool call latency histogram with appropriate buckets",
        "mcp_tool_call_duration_seconds_bucket",
        ["tool_name", "le"],
      ),
      see: buckets,
    },
    metric("Active session gauge", "mcp_active_sessions", []),
    {
      says: "Grafana dashboard with rate, latency, error, and session panels",
      needs: "--grafana",
      fix: "collector/grafana/dashboards, provisioned by compose and collector/kubernetes, or imported by hand",
      see: panels,
    },
    {
      says: "Dashboard accessible to all team members",
      needs: "--grafana, with a token that may read permissions",
      fix: "give the role Viewer the permission to view the folder (Grafana, Dashboards, the folder, Permissions)",
      see({ viewers }) {
        if (!viewers || viewers.length === 0) return undefined;
        const closed = viewers.filter((may) => !may).length;
        return {
          ok: closed === 0,
          saw:
            closed === 0
              ? "the role Viewer may view each"
              : `${closed} of ${viewers.length} are closed to the role Viewer`,
        };
      },
    },
  ]),
  ...section("Logging", [
    {
      says: "Structured JSON logging to stderr",
      needs: "--stderr or --loki",
      fix: "OTEL_INSTRUMENTATION_MCP_LOG_LINES=on, and createLogger in your own code in the place of console.log",
      see: structured,
    },
    {
      says: "Correlation IDs on every tool call",
      needs: "--stderr or --loki",
      fix: "log from inside the tool with createLogger: request, session and trace are filled in",
      see: correlated,
    },
    {
      says: "Log level configurable via environment variable",
      needs: "--deployment or --stderr",
      fix: "LOG_LEVEL or OTEL_INSTRUMENTATION_MCP_LOG_LEVEL is info; debug only while you are looking for something",
      see(evidence) {
        const { LOG_LEVEL, OTEL_INSTRUMENTATION_MCP_LOG_LEVEL } = environment(evidence) ?? {};
        // One is for lines and records, the other for lines alone, where it counts more.
        const levels = [OTEL_INSTRUMENTATION_MCP_LOG_LEVEL, LOG_LEVEL].filter((level) => level !== undefined);
        if (levels.length === 0 && !evidence.stderr) return undefined;
        const debug =
          levels.some((level) => level.toLowerCase() === "debug") ||
          evidence.stderr?.some((line) => /"level":"DEBUG"/.test(line)) === true;
        return {
          ok: !debug,
          saw: debug
            ? "debug is on"
            : `LOG_LEVEL ${levels.find((level) => level !== "") ?? "is not set, so info"}`,
        };
      },
    },
    {
      says: "Logs shipped to a centralized aggregation system",
      needs: "--loki",
      fix: "OTEL_LOGS_EXPORTER=otlp to a Collector with collector/otelcol/gateway.yaml, or the cluster's collection of stderr",
      see: ({ records }) =>
        records && { ok: records.length > 0, saw: `${records.length} records of the last hour` },
    },
    {
      says: "No sensitive data (API keys, passwords) in log output",
      needs: "--stderr or --loki",
      fix: "OTEL_INSTRUMENTATION_MCP_CAPTURE=none, and redaction in the Collector (collector/otelcol/gateway.yaml)",
      see: leaks,
    },
  ]),
  ...section("Alerting", [
    alert("Alert for server down (critical, 1-minute threshold)", "MCPServerDown", {
      severity: "critical",
      longestFor: 60,
    }),
    alert("Alert for high error rate (warning, 5% for 5 minutes)", "MCPToolHighErrorRate", {
      severity: "warning",
      longestFor: 300,
    }),
    alert("Alert for high latency (warning, P95 above threshold)", "MCPToolHighLatency", {
      severity: "warning",
      longestFor: 600,
    }),
    alert("Alert for high memory usage (warning, 80% of limit)", "MCPServerHighMemory", {
      severity: "warning",
      longestFor: 900,
    }),
    {
      says: "Alert routing configured (PagerDuty for critical, Slack for warning)",
      needs: "--alertmanager",
      fix: "collector/alertmanager/alertmanager.yaml: a route for each severity, to a receiver that calls someone",
      see: routed,
    },
    {
      says: "Runbook links included in alert annotations",
      needs: "--prometheus",
      fix: "an annotation runbook_url on each alert; ours lead to collector/runbooks",
      see: runbooks,
    },
  ]),
  ...section("Infrastructure", [
    {
      says: "Container resource limits set (CPU and memory)",
      needs: "--deployment",
      fix: "resources.limits of each container: collector/kubernetes/base/server/deployment.yaml",
      see: limited,
    },
    {
      says: "Horizontal auto-scaling configured",
      needs: "--deployment",
      fix: "collector/kubernetes/base/server/autoscaler.yaml",
      see: scaled,
    },
    {
      says: "TLS/HTTPS enabled on all endpoints",
      needs: "URLs that are not this machine's",
      fix: "https in front of each; for the Collector collector/otelcol/overlays/tls-mtls.yaml",
      see({ sources }) {
        const urls = Object.values(sources)
          .filter((value): value is string => typeof value === "string" && /^https?:/.test(value))
          .map((value) => new URL(value));
        const remote = urls.filter(({ hostname }) => !/^(localhost|127\..*|\[::1\])$/.test(hostname));
        const open = remote.filter(({ protocol }) => protocol !== "https:");
        if (remote.length === 0) return undefined;
        return {
          ok: open.length === 0,
          saw:
            open.length === 0
              ? `${remote.length} by https`
              : `plain text: ${open.map(({ host }) => host).join(", ")}`,
        };
      },
    },
    {
      says: "Secrets injected via environment variables, not hardcoded",
      needs: "--deployment",
      fix: "valueFrom.secretKeyRef in the place of value",
      see: hardcoded,
    },
  ]),
  // The pipeline itself. The guide has no lines for it.
  ...section("Beside the guide: the pipeline", [
    {
      says: "The Collector runs",
      needs: "--collector",
      fix: "collector/otelcol/gateway.yaml; its health is at MCP_HEALTH_ENDPOINT",
      see: ({ collector }) =>
        collector && { ok: collector.status === 200, saw: `status ${collector.status}` },
    },
    {
      says: "Traces arrive in Jaeger",
      needs: "--jaeger",
      fix: "OTEL_EXPORTER_OTLP_ENDPOINT of the server, MCP_JAEGER_OTLP_URL of the Collector",
      see({ traces, sources }) {
        if (!traces) return undefined;
        const { data } = object(traces.json);
        const services = Array.isArray(data) ? data.map(String) : [];
        const found =
          sources.service === undefined ? services.length > 0 : services.includes(sources.service);
        return { ok: found, saw: `services: ${services.join(", ") || "none"}` };
      },
    },
  ]),
];

function section(name: string, lines: readonly Omit<Line, "section">[]): Line[] {
  return lines.map((line) => ({ ...line, section: name }));
}
