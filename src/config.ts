/** What a user can set, with defaults. The environment wins over nothing: options given in code win over it. */
export interface McpConfig {
  /**
   * What to record of a resource's URI on spans: `full` (without userinfo and query values), `template` (only the URI
   * template that matched, where the server knows it), or `off`.
   * Environment: `OTEL_INSTRUMENTATION_MCP_RESOURCE_URI`.
   * @default "full"
   */
  readonly resourceUri: "full" | "template" | "off";
  /**
   * Whether the message of a JSON-RPC error becomes the span's status description, with secrets redacted.
   * Environment: `OTEL_INSTRUMENTATION_MCP_ERROR_MESSAGE` = `on`, `off`.
   * @default true
   */
  readonly errorMessage: boolean;
  /**
   * Where an agent framework has already opened a GenAI `execute_tool` span for the very tool call that the client now
   * sends, put MCP's attributes on that span instead of making a second one.
   * Environment: `OTEL_INSTRUMENTATION_MCP_REUSE_EXECUTE_TOOL` = `on`, `off`.
   * @default false
   */
  readonly reuseExecuteTool: boolean;
}

/** A setting as the environment writes it. Values are compared in lower case. */
interface Setting<T> {
  readonly variable: string;
  readonly values: Readonly<Record<string, T>>;
  readonly default: T;
}

const SWITCH = { on: true, true: true, off: false, false: false } as const;

export const SETTINGS: { readonly [K in keyof McpConfig]: Setting<McpConfig[K]> } = {
  resourceUri: {
    variable: "OTEL_INSTRUMENTATION_MCP_RESOURCE_URI",
    values: { full: "full", template: "template", off: "off" },
    default: "full",
  },
  errorMessage: { variable: "OTEL_INSTRUMENTATION_MCP_ERROR_MESSAGE", values: SWITCH, default: true },
  reuseExecuteTool: { variable: "OTEL_INSTRUMENTATION_MCP_REUSE_EXECUTE_TOOL", values: SWITCH, default: false },
};

/**
 * Reads the settings from the environment. Empty means unset; a value that is none of the allowed ones is told to
 * `complain` and the default applies.
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  complain: (problem: string) => void = () => undefined,
): McpConfig {
  function read<T>({ variable, values, default: fallback }: Setting<T>): T {
    const text = env[variable]?.trim().toLowerCase();
    if (text === undefined || text === "") return fallback;
    if (Object.hasOwn(values, text)) return values[text] as T;
    complain(`${variable}=${env[variable]} is none of ${Object.keys(values).join(", ")}; using the default`);
    return fallback;
  }
  return {
    resourceUri: read(SETTINGS.resourceUri),
    errorMessage: read(SETTINGS.errorMessage),
    reuseExecuteTool: read(SETTINGS.reuseExecuteTool),
  };
}
