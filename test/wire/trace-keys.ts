/**
 * The keys that mcp-otelkit adds to `params._meta` (SEP-414), and the names of the HTTP headers that HTTP
 * instrumentation adds.
 */
export const TRACE_KEYS = ["traceparent", "tracestate", "baggage"];

/**
 * Whether a message under the preload is the one that is sent without it, byte for byte, but for the trace keys.
 * A line without them has to be equal as it is. From a line with them they are cut out, and `_meta` and `params` with
 * them where nothing else is left; whether those were there, but empty, is then up to the other line.
 */
export function isSameMessage(plain: string, preloaded: string): boolean {
  return plain === preloaded || withoutTraceKeys(preloaded).includes(plain);
}

/** The line with the trace keys cut out, in each form it may have had; none when the line carries no such keys. */
export function withoutTraceKeys(line: string): string[] {
  const message = parse(line);
  const meta = message?.params?._meta;
  if (message?.params === undefined || meta === undefined || !TRACE_KEYS.some((key) => key in meta))
    return [];
  // Only then does writing the message again change nothing but what was cut out of it.
  if (JSON.stringify(message) !== line) throw new Error(`written in a way of its own: ${line}`);
  for (const key of TRACE_KEYS) delete meta[key];
  const forms = [JSON.stringify(message)];
  if (Object.keys(meta).length === 0) {
    delete message.params._meta;
    forms.push(JSON.stringify(message));
    if (Object.keys(message.params).length === 0) {
      delete message.params;
      forms.push(JSON.stringify(message));
    }
  }
  return forms;
}

/** The barest of the forms: for putting two recordings in the same order, not for comparing them. */
export function bareMessage(line: string): string {
  return withoutTraceKeys(line).at(-1) ?? line;
}

interface Message {
  params?: { _meta?: Record<string, unknown> };
}

function parse(line: string): Message | undefined {
  try {
    return (JSON.parse(line) as Message | null) ?? undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
