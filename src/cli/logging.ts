/** Checklist lines about logs: from stderr, else from Loki. */
import { object, type Evidence, type Json, type Verdict } from "./evidence.ts";

const FIELDS = ["timestamp", "level", "server", "message"];

/** What no log may contain. The lists of the Collector and the process are longer; these are the certain cases. */
const SECRETS: Readonly<Record<string, RegExp>> = {
  "a private key": /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  "a JSON Web Token": /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\./,
  "an Authorization header": /\b(bearer|basic)\s+[A-Za-z0-9._~+/-]{16,}/i,
  "a key of an API":
    /\b([spr]k[-_][A-Za-z0-9_-]{16,}|A[KS]IA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|xox[abeoprs]-[A-Za-z0-9-]{10,})/,
  "a password": /\bpassw(or)?d["']?\s*[=:]\s*["']?(?!\*{3}|REDACTED)[^\s"',}]{4,}/i,
  "a password in a URL": /:\/\/[^/\s:@"]+:(?!\*{3}|REDACTED)[^/\s@"]+@/,
};

/** The JSON objects among the lines of stderr. */
function jsonLines(lines: readonly string[]): Json[] {
  return lines.flatMap((line) => {
    try {
      return line.startsWith("{") ? [object(JSON.parse(line))] : [];
    } catch {
      return []; // a truncated line is not JSON
    }
  });
}

export function structured({ stderr, records }: Evidence): Verdict {
  if (stderr) {
    const good = jsonLines(stderr).filter((line) => FIELDS.every((field) => field in line)).length;
    // The start-up line and Node's own warnings are text.
    const text = stderr.filter((line) => !line.startsWith("{") && !line.startsWith("mcp-otelkit: ")).length;
    return {
      ok: good > 0 && text === 0,
      saw: `${good} lines with ${FIELDS.join(", ")}; ${text} lines of text`,
    };
  }
  if (!records) return undefined;
  const good = records.filter(
    ({ fields }) => "severity_text" in fields || "severity_number" in fields,
  ).length;
  return {
    ok: good > 0 && good === records.length,
    saw: `${good} of ${records.length} records with a severity, by OTLP`,
  };
}

export function correlated({ stderr, records }: Evidence): Verdict {
  if (stderr) {
    const calls = jsonLines(stderr).filter((line) => "tool" in line);
    const good = calls.filter((line) => "request_id" in line && "trace_id" in line).length;
    return {
      ok: calls.length > 0 && good === calls.length,
      saw: `${good} of ${calls.length} lines of tool calls`,
    };
  }
  if (!records) return undefined;
  const calls = records.filter(({ fields }) => "gen_ai_tool_name" in fields);
  const good = calls.filter(({ fields }) => "trace_id" in fields && "jsonrpc_request_id" in fields).length;
  return {
    ok: calls.length > 0 && good === calls.length,
    saw: `${good} of ${calls.length} records of tool calls`,
  };
}

/** The kind of secret and its count; never the secret. */
export function leaks({ stderr, records }: Evidence): Verdict {
  const texts = [
    ...(stderr ?? []),
    ...(records ?? []).flatMap(({ line, fields }) => [line, JSON.stringify(fields)]),
  ];
  if (texts.length === 0) return undefined;
  const found = Object.entries(SECRETS)
    .map(([what, pattern]) => [what, texts.filter((one) => pattern.test(one)).length] as const)
    .filter(([, count]) => count > 0);
  return {
    ok: found.length === 0,
    saw:
      found.length === 0
        ? `nothing in ${texts.length} lines`
        : found.map(([what, count]) => `${what} in ${count} lines`).join(", "),
  };
}
