// The second cleaning: which keys are removed, which values are masked, and what must stay. test/stack checks that a
// Collector does it; here the patterns are compared with the names that the package emits, so that a new name cannot
// be forgotten.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LEFT_TO_THE_PROCESS, MUST_GO, MUST_PASS } from "../support/secret-samples.ts";
import { at, base, isTree, load, overlay, strings, type Tree } from "./files.ts";

const gateway = at(base("gateway"), "processors");
const fragment = at(overlay("existing-pipeline"), "processors");

const contentPatterns = JSON.stringify(gateway["transform/drop-content"]).matchAll(
  /delete_matching_keys\([\w.]+, \\"(.*?)\\"\)/g,
);
const CONTENT = [...contentPatterns].map(([, pattern = ""]) => pattern);

describe("content", () => {
  it("is one pattern in four places", () => {
    expect(CONTENT).toHaveLength(4);
    expect(new Set(CONTENT).size).toBe(1);
  });

  it("is every name that the package records only on request, and none of its other names", () => {
    const drops = new RegExp(CONTENT[0] ?? "$^");
    const names = ownAttributes();

    expect(names.length).toBeGreaterThan(30);
    for (const { name, optIn } of names)
      expect(drops.test(name === "gen_ai.prompt.variable" ? `${name}.city` : name), name).toBe(optIn);
  });

  it.each([
    "gen_ai.prompt.0.content",
    "gen_ai.completion",
    "gen_ai.tool.definitions",
    "input.value",
    "llm.input_messages.0.message.content",
    "traceloop.entity.output",
  ])("is %s, of others", (name) => {
    expect(name).toMatch(new RegExp(CONTENT[0] ?? "$^"));
  });

  it.each(["gen_ai.usage.input_tokens", "gen_ai.output.type", "gen_ai.request.model", "input.size"])(
    "is not %s",
    (name) => {
      expect(name).not.toMatch(new RegExp(CONTENT[0] ?? "$^"));
    },
  );

  it("is dropped by Loki too, should it come another way", () => {
    const [rule] = at(load("loki/loki.yaml"), "limits_config", "otlp_config")["log_attributes"] as Tree[];
    const drops = new RegExp(`^(?:${String(rule?.["regex"])})$`); // Loki's patterns match whole names

    for (const { name, optIn } of ownAttributes())
      expect(drops.test(name === "gen_ai.prompt.variable" ? `${name}.city` : name), name).toBe(optIn);
  });

  it("is the body of a log message that was captured", () => {
    expect(strings(at(gateway, "transform/drop-content")["log_statements"]).join()).toContain(
      'log.event_name == "mcp.log.message"',
    );
  });
});

describe("secrets", () => {
  const redaction = at(gateway, "redaction/secrets");
  const keys = strings(redaction["blocked_key_patterns"]).map(goPattern);
  const values = strings(redaction["blocked_values"]).map(goPattern);
  const isMasked = (key: string): boolean => keys.some((pattern) => key.search(pattern) >= 0);
  const mask = (text: string, patterns = values): string =>
    patterns.reduce((masked, pattern) => masked.replace(pattern, "****"), text);

  it.each([
    "http.request.header.authorization",
    "db.password",
    "set-cookie",
    "aws.secret_access_key",
    "OPENAI_API_KEY",
    "refresh_token",
    "clientSecret",
  ])("are under the key %s", (key) => {
    expect(isMasked(key)).toBe(true);
  });

  it("are under no key that the package uses", () => {
    for (const { name } of ownAttributes()) expect(isMasked(name), name).toBe(false);
    expect(isMasked("gen_ai.usage.output_tokens")).toBe(false);
    expect(isMasked("nextPageToken")).toBe(false);
  });

  it.each(MUST_GO)("are masked in %s", (text) => {
    expect(mask(text.replace("~", ""))).not.toContain("CANARY");
    // The Collector keeps its patterns in a map, and goes through them in any order.
    expect(mask(text.replace("~", ""), values.toReversed())).not.toContain("CANARY");
  });

  it.each(LEFT_TO_THE_PROCESS)("are left to the process in %s: %s", (text) => {
    expect(mask(text)).toContain("CANARY");
  });

  it.each(["4111 1111 1111 1111", "5500-0000-0000-0004", "340000000000009"])(
    "are the digits of %s",
    (card) => {
      expect(mask(`paid by ${card}.`)).toBe("paid by ****.");
    },
  );

  it.each(MUST_PASS)("are not in %s", (text) => {
    expect(mask(text)).toBe(text);
  });
});

it("the fragment for existing pipelines does the same", () => {
  for (const [id, processor] of Object.entries(gateway)) {
    if (!/^(transform|redaction)\//.test(id) || id === "transform/count-now") continue;
    expect(fragment[id.replace("/", "/mcp-")], id).toEqual(processor);
  }
});

it("content-allowed lets content through and leaves everything else", () => {
  const allowed = overlay("content-allowed");

  expect(Object.keys(allowed)).toEqual(["processors"]);
  expect(Object.keys(at(allowed, "processors"))).toEqual(["transform/drop-content"]);
  const statements = Object.entries(at(gateway, "transform/drop-content")).filter(
    ([, value]) => !isTree(value) && Array.isArray(value),
  );
  for (const [list] of statements)
    expect(at(allowed, "processors", "transform/drop-content")[list]).toEqual([]);
});

/** Every attribute of src/semconv.ts, and whether its comment says that it is recorded on request only. */
function ownAttributes(): { name: string; optIn: boolean }[] {
  const source = readFileSync(new URL("../../src/semconv.ts", import.meta.url), "utf8");
  const constants = source.matchAll(/\/\*\* ([^\n]*) \*\/\nexport const ATTR_\w+ = "([^"]+)";/g);
  return [...constants].map(([, comment = "", name = ""]) => ({ name, optIn: /\bOpt-in\b/.test(comment) }));
}

/**
 * Go writes in the pattern what JavaScript writes in flags (all at once, which makes no difference to these samples),
 * and `\z` for the end.
 */
function goPattern(pattern: string): RegExp {
  const insensitive = /\(\?i[:)]/.test(pattern);
  const text = pattern
    .replace("(?i)", "")
    .replace("(?i:", "(?:")
    .replaceAll(String.raw`\z`, "$(?![^])");
  return new RegExp(text, insensitive ? "gi" : "g");
}
