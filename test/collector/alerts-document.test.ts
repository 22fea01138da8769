// collector/alerts.md is written from the rule files: `npx vitest run test/collector/alerts-document.test.ts -u` writes it anew.
import { expect, it } from "vitest";
import { ALERTS, RECORDINGS, type Alert } from "./rule-files.ts";

/** Who is called: alertmanager.yaml. */
const CALLS: Readonly<Record<string, string>> = {
  critical: "pager",
  warning: "chat",
  info: "e-mail",
  none: "heartbeat",
};

const GROUPS: Readonly<Record<string, string>> = {
  server: "Servers",
  tool: "Tools",
  client: "Clients",
  objective: "Objectives",
  pipeline: "The pipeline",
};

it("collector/alerts.md says what the rule files say", async () => {
  await expect(document()).toMatchFileSnapshot("../../collector/alerts.md");
});

function document(): string {
  const groups = Object.entries(GROUPS).map(([component, title]) =>
    [
      `## ${title}`,
      "",
      "| alert | calls | fires when | after |",
      "|---|---|---|---|",
      ...ALERTS.filter(({ labels }) => labels["component"] === component).map(row),
    ].join("\n"),
  );
  const thresholds = RECORDINGS.filter(({ record }) => record.startsWith("threshold:")).map(
    ({ record, labels, expr }) => `| \`${nameWith(record, labels)}\` | ${valueOf(expr)} |`,
  );
  return `${[
    HEAD,
    ...groups,
    ["## Thresholds", "", THRESHOLDS, "", "| recording rule | value |", "|---|---|", ...thresholds].join(
      "\n",
    ),
  ].join("\n\n")}\n`;
}

const HEAD = `# Alerts

Written by a test from [prometheus/rules](prometheus/rules); do not edit by hand. Each alert has a [runbook](runbooks/README.md). Severity decides who is called ([alertmanager/alertmanager.yaml](alertmanager/alertmanager.yaml)): critical the pager, warning the chat, info a mail.

An alert whose name is here twice has two rules with different labels; both have the same runbook.`;

const THRESHOLDS =
  "In [prometheus/rules/thresholds.yaml](prometheus/rules/thresholds.yaml), which also shows how to give one tool or one service a number of its own. The quota's is in [prometheus/rules/business.yaml](prometheus/rules/business.yaml), the example of a rule on your own numbers.";

function row({ alert, labels, annotations, for: after = "at once" }: Alert): string {
  const { severity = "", component: _, ...own } = labels;
  const shown = Object.entries(own).map(([name, value]) => ` \`${name}="${value}"\``);
  const summary = plain(annotations["summary"] ?? "");
  return `| [${alert}](runbooks/${alert}.md)${shown.join("")} | ${CALLS[severity]} | ${summary} | ${after} |`;
}

/** `{{ $labels.job }}` -> _job_; what a template does only sometimes is left out. */
function plain(summary: string): string {
  return summary
    .replaceAll(/\{\{ with \$labels\.\w+ \}\}.*?\{\{ end \}\}/g, "")
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, "_$1_")
    .replaceAll(/\{\{ \$value[^}]*\}\}/g, "_value_");
}

function nameWith(record: string, labels: Readonly<Record<string, string>> = {}): string {
  const shown = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return shown.length === 0 ? record : `${record}{${shown.join(",")}}`;
}

const valueOf = (expr: string): string => expr.replace(/^vector\(|\)$/g, "");
