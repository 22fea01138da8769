/** @returns `undefined` for what is no JSON, such as a line of a log */
export function parse(text: string | Buffer): unknown {
  // Looked at first: text that is none costs no exception.
  const first = /[^ \t\r\n]/.exec(
    typeof text === "string" ? text.slice(0, 64) : text.toString("latin1", 0, 64),
  );
  if (first?.[0] !== "{" && first?.[0] !== "[") return undefined;
  try {
    return JSON.parse(text.toString()) as unknown;
  } catch {
    return undefined;
  }
}
