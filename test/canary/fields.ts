/** What a setting lets through. The first three are on by default, the next four opt-in, the last three always there. */
export type Kind =
  | "uri"
  | "rpcMessage"
  | "registeredUri"
  | "arguments"
  | "results"
  | "prompts"
  | "messages"
  | "loggerName"
  | "toolName"
  | "httpPath";

/**
 * What becomes of a field that is somebody's: it is `never` told, `may` be told where one of its kinds is let through, or
 * `must` be told where the first of them is.
 */
export interface Field {
  readonly told: "never" | "may" | "must";
  readonly kinds: readonly Kind[];
}

const never = (...fields: string[]) => rows("never", [], fields);
const may = (kind: Kind | readonly Kind[], ...fields: string[]) => rows("may", [kind].flat(), fields);
const must = (kind: Kind | readonly Kind[], ...fields: string[]) => rows("must", [kind].flat(), fields);

function rows(told: Field["told"], kinds: readonly Kind[], fields: string[]): [string, Field][] {
  return fields.map((field) => [field, { told, kinds }]);
}

/** By the names that the programs in `test/fixtures/canary` give their marks. Who says a mark of another name fails the test. */
export const FIELDS: ReadonlyMap<string, Field> = new Map([
  // tools
  ...must("arguments", "argument-text", "argument-name", "argument-deep", "failing-argument"),
  ...must(["arguments", "results"], "invalid-argument"), // SDKs say in the result what was wrong
  ...may("arguments", "argument-url-user", "argument-url-query", "unknown-tool-argument"),
  ...must("results", "result-text", "result-structured", "result-structured-deep", "error-result"),
  ...must("results", "thrown-message", "thrown-string", "thrown-group-message", "thrown-protocol-message"),
  ...may("results", "thrown-object-message", "result-structured-name", "result-image", "result-audio"),
  ...may("results", "result-embedded-uri", "result-undelivered"),
  ...may("results", "result-link-uri", "result-link-description", "result-content-meta", "result-meta"),
  ...never(
    "thrown-cause",
    "thrown-stack",
    "thrown-frame",
    "thrown-detail",
    "thrown-name",
    "thrown-object-name",
  ),
  ...never("thrown-object-detail", "thrown-bare-name", "thrown-bare-code", "thrown-group-member"),
  ...never("thrown-protocol-data", "tool-description", "result-embedded-text", "result-embedded-blob"),
  ...may(["toolName", "results"], "unknown-tool"), // the conventions have the name that was asked for on the span
  // by the key they stand under, these are secrets
  ...never("argument-secret", "result-secret", "prompt-argument-secret", "log-data-secret"),
  // prompts
  ...must("prompts", "prompt-argument", "prompt-text"),
  ...may("prompts", "prompt-argument-name", "invalid-prompt-argument", "prompt-image"),
  ...may("prompts", "prompt-result-description", "prompt-meta"),
  ...never("prompt-description", "prompt-resource"),
  // sampling, elicitation, log messages
  ...must("messages", "sampling-question", "sampling-answer", "elicitation-question", "elicitation-answer"),
  ...must("messages", "log-data", "log-data-name", "log-data-string"),
  ...may("messages", "sampling-system-prompt", "sampling-stop", "sampling-metadata", "sampling-model"),
  ...may("messages", "elicitation-schema"),
  ...may("loggerName", "log-logger"),
  // resources: the URI without userinfo and query values, never what it leads to
  ...must(
    "uri",
    "uri-path",
    "subscribed-uri-path",
    "updated-uri-path",
    "listed-uri-path",
    "missing-uri-path",
    "invalid-uri",
  ),
  ...never("uri-user", "uri-password", "uri-query", "uri-fragment", "subscribed-uri-password"),
  ...never("missing-uri-user", "missing-uri-password", "missing-uri-query"),
  ...never(
    "resource-description",
    "resource-text",
    "resource-blob",
    "resource-meta",
    "resource-contents-uri",
  ),
  ...must("uri", "listed-template-uri-path"),
  ...must(["uri", "registeredUri"], "registered-uri-path"),
  ...never("listed-name", "listed-description"),
  // JSON-RPC errors that the code of a tool, a prompt or a model threw: not even the message
  ...never("rpc-message", "rpc-object-message", "rpc-group-message", "rpc-protocol-message"),
  ...never("client-thrown-message"),
  ...never("rpc-cause", "rpc-stack", "rpc-frame", "rpc-detail", "rpc-name", "rpc-string", "rpc-object-name"),
  ...never("rpc-object-detail", "rpc-bare-name", "rpc-bare-code", "rpc-group-member", "rpc-protocol-data"),
  ...never("client-thrown-cause", "client-thrown-stack", "client-thrown-frame", "client-thrown-detail"),
  // the rest of the protocol
  ...never("completion-argument", "completion-context", "completion-value", "roots-uri", "roots-name"),
  ...never(
    "custom-params",
    "custom-result",
    "getter-message",
    "unknown-method-params",
    "cancel-reason",
    "progress-message",
  ),
  ...never("progress-meta", "progress-token", "meta", "meta-baggage", "server-title", "server-capability"),
  ...never("server-instructions", "client-title", "client-capability", "unknown-params-name"),
  ...never("unknown-params-field", "unknown-meta-name", "unknown-meta-field", "unknown-message-field"),
  ...never("unasked-result", "unasked-error", "unasked-error-data", "unknown-notification"),
  ...never("malformed-line", "malformed-body", "malformed-array"),
  // HTTP, of the protocol and of the tools' own calls
  ...never(
    "http-authorization",
    "http-cookie",
    "http-forwarded",
    "http-forwarded-for",
    "http-forwarded-host",
  ),
  ...never("http-user-agent", "http-referer", "http-header", "http-session-id", "http-protocol-version"),
  ...never(
    "http-mcp-method",
    "http-mcp-name",
    "http-answer-header",
    "http-answer-cookie",
    "http-error-body",
    "http-status-text",
  ),
  ...never("endpoint-query", "endpoint-query-key", "downstream-authorization", "downstream-header"),
  ...never("downstream-user-agent", "downstream-query", "downstream-query-signature", "downstream-fragment"),
  ...never("downstream-body", "downstream-answer", "downstream-answer-header", "downstream-http-query"),
  ...never("downstream-http-user", "downstream-http-password", "downstream-http-header"),
  ...never("downstream-fetch-abort", "downstream-fetch-abort-query", "downstream-http-abort"),
  ...never("downstream-http-abort-query"),
  ...may("httpPath", "http-path"),
  // the process
  ...never("argv-key", "argv-password", "argv-word", "client-argv-key", "client-argv-word", "env-secret"),
  ...never(
    "env-value",
    "otlp-header",
    "otlp-endpoint-password",
    "admin-token",
    "stray-stdout",
    "stray-stdout-json",
    "stray-stderr",
  ),
]);

/** Where an application says its own marks of its own accord. A scanner that misses one of them would miss a leak there. */
export const PLANTED: ReadonlyMap<string, readonly string[]> = new Map([
  ["planted-span-name", ["traces", "stderr"]],
  ["planted-attribute", ["traces", "stderr"]],
  ["planted-event", ["traces", "stderr"]],
  ["planted-exception", ["traces", "stderr"]],
  ["planted-status", ["traces", "stderr"]],
  ["planted-metric", ["metrics", "stderr", "/metrics", "/metrics (OpenMetrics)"]],
  ["planted-log", ["logs", "stderr"]],
  ["planted-log-field", ["logs", "stderr"]],
  ["planted-check", ["/ready"]],
]);
