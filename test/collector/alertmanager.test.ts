// Who is notified for which alert, and the text of the message. amtool runs these tests; delivery.test.ts checks that
// Alertmanager delivers.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { found, skipping, whyWithout } from "../ops/programs.ts";
import { COLLECTOR, load, read, type Tree } from "./files.ts";
import { ALERTS, type Alert } from "./rule-files.ts";

const run = promisify(execFile);
const FOLDER = `${COLLECTOR}alertmanager/`;

/** What a severity means to people. */
const RECEIVERS: Readonly<Record<string, string>> = {
  critical: "pager",
  warning: "chat",
  info: "e-mail",
};

function receiversOf({ alert, labels }: Alert): string {
  if (alert === "Watchdog") return "heartbeat";
  if (alert === "MCPAlertsNotDelivered") return "e-mail,pager";
  return RECEIVERS[labels["severity"] ?? ""] ?? "none";
}

const without = whyWithout("amtool");
describe.skipIf(without !== undefined)(`amtool${skipping(without)}`, () => {
  const amtool = (...args: string[]) => run(found("amtool") ?? "", args, { cwd: FOLDER });

  it.each(["alertmanager.yaml", "page-only.yaml"])("reads %s", async (file) => {
    const { stdout } = await amtool("check-config", file);

    expect(stdout).toContain("SUCCESS");
  });

  it.each(ALERTS.map((rule) => [rule.alert, JSON.stringify(rule.labels), rule] as const))(
    "routes %s %s",
    async (_, __, rule) => {
      const labels = Object.entries({ alertname: rule.alert, job: "weather", ...rule.labels });
      const { stdout } = await amtool(
        "config",
        "routes",
        "test",
        "--config.file=alertmanager.yaml",
        ...labels.map(([name, value]) => `${name}=${value}`),
      );

      expect(stdout.trim()).toBe(receiversOf(rule));
    },
  );

  it("routes the operator's own alert, without a severity, to the chat", async () => {
    const { stdout } = await amtool(
      "config",
      "routes",
      "test",
      "--config.file=alertmanager.yaml",
      "alertname=Mine",
    );

    expect(stdout.trim()).toBe("chat");
  });

  describe("messages", () => {
    const folder = mkdtempSync(join(tmpdir(), "mcp-otelkit-messages-"));
    afterAll(() => rmSync(folder, { recursive: true }));

    async function written(template: string, data: Tree): Promise<string> {
      const file = join(folder, "data.json");
      writeFileSync(file, JSON.stringify(data));
      const { stdout } = await amtool(
        "template",
        "render",
        "--template.glob=templates/*.tmpl",
        `--template.text={{ template "${template}" . }}`,
        `--template.data=${file}`,
      );
      return stdout;
    }

    it("say what is wrong with whom in the title, and how many alerts are like this", async () => {
      const one = await written("mcp.title", message("firing", [FIRING]));
      const three = await written("mcp.title", message("firing", [FIRING, FIRING, FIRING]));
      const over = await written("mcp.title", message("resolved", [RESOLVED]));

      expect(one.trim()).toBe("CRITICAL: MCP server weather is down [production]");
      expect(three.trim()).toBe("CRITICAL: MCP server weather is down (3 alerts like this) [production]");
      expect(over.trim()).toBe("Over: MCP server weather is down [production]");
    });

    it("say since when, what to do and where to look", async () => {
      const text = await written("mcp.text", message("firing", [FIRING, RESOLVED]));

      expect(text.trim()).toBe(
        [
          "MCP server weather is down",
          "Prometheus cannot scrape it.",
          "Since Thu 03:12 UTC.",
          "What to do: https://runbooks.example.com/mcp-otelkit/MCPServerDown.md",
          "Where to look: http://localhost:3000/d/mcp-overview?var-server=weather",
          "",
          "Over again:",
          "- MCP server weather is down, 03:12 to 03:40 UTC",
        ].join("\n"),
      );
    });

    it("come with a silence that is ready to be confirmed", async () => {
      const link = await written("mcp.silence", message("firing", [FIRING]));

      expect(link.trim()).toBe(
        "Silence: http://localhost:9093/#/silences/new?filter=%7Balertname%3D%22MCPServerDown%22%2Cjob%3D%22ai%2Fweather%22%7D",
      );
    });
  });
});

it("page-only.yaml has the same routes, inhibitions and times, and notifies no one", () => {
  const real = load("alertmanager/alertmanager.yaml");
  const quiet = load("alertmanager/page-only.yaml");

  for (const part of ["route", "inhibit_rules", "time_intervals"])
    expect(quiet[part], part).toEqual(real[part]);
  expect(quiet["receivers"]).toEqual((real["receivers"] as Tree[]).map(({ name }) => ({ name })));
});

it("secrets are files", () => {
  const text = read("alertmanager/alertmanager.yaml");
  const secrets = [...text.matchAll(/^\s+-? ?(\w*(?:key|password|url|token)(?:_file)?): (.*)$/gm)];

  for (const [, field = "", value = ""] of secrets)
    expect(
      field.endsWith("_file") ? value.startsWith("/etc/alertmanager/secrets/") : field === "client_url",
      field,
    ).toBe(true);
  expect(secrets.length).toBeGreaterThan(3);
});

it("an alert that inhibits others does not inhibit itself, and belongs to mcp-otelkit", () => {
  const { inhibit_rules: rules } = load("alertmanager/alertmanager.yaml") as unknown as {
    inhibit_rules: { source_matchers: string[]; target_matchers: string[] }[];
  };
  const names = new Set(ALERTS.map(({ alert }) => alert));
  const namesIn = (matchers: readonly string[]): string[] =>
    matchers
      .filter((matcher) => matcher.startsWith("alertname="))
      .flatMap((matcher) => matcher.replace(/^alertname=~?"|"$/g, "").split("|"));

  for (const { source_matchers: source, target_matchers: target } of rules) {
    expect([...namesIn(source), ...namesIn(target)].filter((name) => !names.has(name))).toEqual([]);
    expect(namesIn(source).filter((name) => namesIn(target).includes(name))).toEqual([]);
  }
});

const FIRING = {
  status: "firing",
  labels: { alertname: "MCPServerDown", severity: "critical", job: "ai/weather" },
  annotations: {
    summary: "MCP server weather is down",
    description: "Prometheus cannot scrape it.",
    runbook_url: "https://runbooks.example.com/mcp-otelkit/MCPServerDown.md",
    dashboard_url: "http://localhost:3000/d/mcp-overview?var-server=weather",
  },
  startsAt: "2026-11-26T03:12:30Z",
  endsAt: "0001-01-01T00:00:00Z",
};
const RESOLVED = { ...FIRING, status: "resolved", endsAt: "2026-11-26T03:40:00Z" };

function message(status: string, alerts: readonly Tree[]): Tree {
  return {
    receiver: "pager",
    status,
    alerts,
    groupLabels: { alertname: "MCPServerDown", job: "ai/weather" },
    commonLabels: { severity: "critical", deployment_environment_name: "production" },
    commonAnnotations: {},
    externalURL: "http://localhost:9093",
  };
}
