/** The monitoring guide for MCP servers, "Production Readiness Checklist", word for word, by section. */
export const GUIDE_CHECKLIST: Readonly<Record<string, readonly string[]>> = {
  "Health and Availability": [
    "/health endpoint returns 200 when the server is running",
    "/ready endpoint checks all critical dependencies (database, APIs)",
    "Kubernetes probes (or equivalent) configured for liveness and readiness",
    "Graceful shutdown handler drains active sessions on SIGTERM",
  ],
  "Metrics and Dashboards": [
    "Prometheus metrics exposed at /metrics",
    "Tool call counter with tool name and status labels",
    "Tool call latency histogram with appropriate buckets",
    "Active session gauge",
    "Grafana dashboard with rate, latency, error, and session panels",
    "Dashboard accessible to all team members",
  ],
  Logging: [
    "Structured JSON logging to stderr",
    "Correlation IDs on every tool call",
    "Log level configurable via environment variable",
    "Logs shipped to a centralized aggregation system",
    "No sensitive data (API keys, passwords) in log output",
  ],
  Alerting: [
    "Alert for server down (critical, 1-minute threshold)",
    "Alert for high error rate (warning, 5% for 5 minutes)",
    "Alert for high latency (warning, P95 above threshold)",
    "Alert for high memory usage (warning, 80% of limit)",
    "Alert routing configured (PagerDuty for critical, Slack for warning)",
    "Runbook links included in alert annotations",
  ],
  Infrastructure: [
    "Container resource limits set (CPU and memory)",
    "Horizontal auto-scaling configured",
    "TLS/HTTPS enabled on all endpoints",
    "Secrets injected via environment variables, not hardcoded",
  ],
};
