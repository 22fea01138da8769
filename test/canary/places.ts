import { scan } from "./scanner.ts";

/** A place where a field was found: the channel, the process, and the exact position. */
export interface Sighting {
  readonly field: string;
  readonly channel: string;
  readonly who: string;
  readonly at: string;
}

/** Something that left a process. */
export interface Piece {
  readonly channel: string;
  /** `client`, `server`; for OTLP from the resource, where the test can read the format. */
  readonly who: string;
  readonly text: string;
}

/** In a format that is not read. */
export const SOMEWHERE = "somewhere";

const MARK = /CNRY[0-9a-f]{8}[\w-]*/g;

export function sightingsIn(piece: Piece): Sighting[] {
  const seen = new Map<string, Sighting>();
  const see = (field: string, at: string, who = piece.who): void => {
    const place = at.replaceAll(MARK, "*");
    seen.set(`${field} ${who} ${place}`, { field, channel: piece.channel, who, at: place });
  };
  if (piece.channel === "stderr") readStderr(piece.text, see);
  else readJson(piece.text, see);
  // A mark that the reader has missed is still found.
  const placed = new Set([...seen.values()].map(({ field }) => field));
  for (const { field } of scan(piece.text)) if (!placed.has(field)) see(field, SOMEWHERE);
  return [...seen.values()];
}

type See = (field: string, at: string, who?: string) => void;

/** OTLP/JSON, and anything else that is JSON: the place is the path, without numbers, an attribute's key being a part of it. */
function readJson(text: string, see: See): void {
  const value = parse(text);
  if (value !== undefined) walk(value, "", see);
}

function walk(value: unknown, path: string, see: See, who?: string): void {
  if (typeof value === "string") for (const { field } of scan(value)) see(field, path, who);
  if (Array.isArray(value)) for (const item of value) walk(item, path, see, who);
  else if (typeof value === "object" && value !== null) {
    const { key, value: attribute } = value as { key?: unknown; value?: unknown };
    if (typeof key === "string" && "value" in value) {
      walk(key, `${path} (a key)`, see, who);
      walk(attribute, joined(path, key), see, who);
      return;
    }
    const resource = serviceOf(value) ?? who;
    for (const [name, part] of Object.entries(value)) {
      walk(name, `${path} (a key)`, see, resource);
      walk(part, NOT_TOLD.has(name) ? path : joined(path, name), see, resource);
    }
  }
}

/** Steps of an OTLP path without information. */
const NOT_TOLD: ReadonlySet<string> = new Set([
  "resourceSpans",
  "resourceMetrics",
  "resourceLogs",
  "scopeSpans",
  "scopeMetrics",
  "scopeLogs",
  "stringValue",
  "arrayValue",
  "kvlistValue",
  "values",
]);

function joined(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function serviceOf(value: object): string | undefined {
  const { resource } = value as {
    resource?: { attributes?: { key: string; value: { stringValue?: string } }[] };
  };
  return resource?.attributes?.find(({ key }) => key === "service.name")?.value.stringValue;
}

/** Lines of JSON are separated from other text; in them the last name before the mark is the place. */
function readStderr(text: string, see: See): void {
  let rest = "";
  for (const line of text.split("\n")) {
    const value = line.startsWith("{") ? parse(line) : undefined;
    if (value === undefined) rest += `${line}\n`;
    else walk(value, isLogLine(value) ? "log line" : "console", see);
  }
  for (const { field, index } of scan(rest)) {
    const before = rest.slice(Math.max(0, index - 400), index);
    const line = rest.slice(rest.lastIndexOf("\n", index) + 1, index);
    const said = /^mcp-otelkit: (?:\w+: )?/.test(line) ? `said: ${line.slice(0, 70)}… ` : "printed ";
    see(field, `${said}${lastName(before)}`);
  }
}

/** Lines of mcp-otelkit have a level; other JSON comes from the console exporters. */
function isLogLine(value: unknown): boolean {
  return typeof value === "object" && value !== null && "level" in value;
}

/** Of an object as `util.inspect` or JSON writes it. */
function lastName(text: string): string {
  const names = [...text.matchAll(/(?:^|[{,[])\s*(?:'([^'\n]+)': |"([^"\n]+)": ?|([\w.]+): )/gm)];
  const [, single, double, bare] = names.at(-1) ?? [];
  return single ?? double ?? bare ?? "";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON: the caller reads it as text
  }
}
