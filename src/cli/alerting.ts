/** Checklist lines about alerts: Prometheus' rules, as it has loaded them, and Alertmanager's routes. */
import { object, text, type Evidence, type Json, type Line, type Verdict } from "./evidence.ts";

export interface Expected {
  readonly severity: string;
  /** The guide's value, in seconds; an alert with a shorter `for` passes as well. */
  readonly longestFor: number;
}

const alertsOf = ({ rules }: Evidence): Json[] | undefined =>
  rules?.filter(({ type }) => type === "alerting");

export function alert(says: string, name: string, { severity, longestFor }: Expected): Omit<Line, "section"> {
  return {
    says,
    needs: "--prometheus",
    fix: `${name} in collector/prometheus/rules, named by rule_files of prometheus.yaml or as a PrometheusRule`,
    see(evidence) {
      const all = alertsOf(evidence);
      if (!all) return undefined;
      const found = all.filter((one) => one["name"] === name);
      if (found.length === 0) return { ok: false, saw: `no alert ${name} among ${all.length}` };
      const right = found.filter(
        (one) =>
          object(one["labels"])["severity"] === severity &&
          Number(one["duration"]) <= longestFor &&
          one["health"] !== "err",
      );
      const shown = right[0] ?? found[0] ?? {};
      const health = shown["health"] === "err" ? `, does not evaluate: ${text(shown["lastError"])}` : "";
      return {
        ok: right.length > 0,
        saw: `${name}: ${text(object(shown["labels"])["severity"]) || "no severity"}, for ${Number(shown["duration"])} s${health}`,
      };
    },
  };
}

export function runbooks(evidence: Evidence): Verdict {
  const all = alertsOf(evidence);
  if (!all) return undefined;
  const without = all.filter(
    ({ annotations }) => !(text(object(annotations)["runbook_url"]) || text(object(annotations)["runbook"])),
  );
  const named = without.length === 0 ? "" : `, not ${without.map(({ name }) => text(name)).join(", ")}`;
  return {
    ok: all.length > 0 && without.length === 0,
    saw: `${all.length - without.length} of ${all.length} alerts${named}`,
  };
}

/** A receiver that notifies people: a pager, a chat, a mail, or a webhook. */
const CALLS = /^\s+(\w+)_configs:/m;

export function routed({ routing }: Evidence): Verdict {
  if (routing === undefined) return undefined;
  const receivers = new Map(
    section(routing, "receivers")
      .split(/^- (?=name:)/m)
      .slice(1)
      .map((block) => [/^name: ["']?([^"'\n]+)/.exec(block)?.[1] ?? "", CALLS.exec(block)?.[1]]),
  );
  // Alertmanager prints its configuration in one form: each route is a list item with its receiver and matchers.
  const routes = section(routing, "route")
    .split(/^\s*- (?=receiver:)/m)
    .slice(1);
  const wayOf = (severity: string): string | undefined => {
    const matches = new RegExp(`severity\\s*(?:=~?|:)\\s*["']?[^\\n"']*\\b${severity}\\b`);
    const receiver = routes
      .map((one) => matches.test(one) && /receiver: ["']?([^"'\n]+)/.exec(one)?.[1])
      .find(Boolean);
    return receiver ? receivers.get(receiver) : undefined;
  };
  const [critical, warning] = [wayOf("critical"), wayOf("warning")];
  return {
    ok: critical !== undefined && warning !== undefined,
    saw: `critical: ${critical ?? "calls no one"}, warning: ${warning ?? "calls no one"}`,
  };
}

/** A top-level part of a YAML file. */
function section(yaml: string, key: string): string {
  return new RegExp(`^${key}:.*\\n((?:[ -].*\\n?|\\n)*)`, "m").exec(yaml)?.[1] ?? "";
}
