import { isObject, metaOf, paramsOf } from "../operation/message.ts";

/**
 * Puts trace context into `params._meta` of a request by changing the bytes of its line, and no others: numbers, spaces,
 * the order of keys and bytes that are no UTF-8 arrive as they were sent.
 * SEP-414: https://github.com/modelcontextprotocol/modelcontextprotocol/blob/main/seps/414-request-meta.md
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * @param line valid JSON @param message what `JSON.parse` makes of it
 * @returns the very bytes where there is nothing to add, or no place for it
 */
export function editMeta(line: Buffer, message: unknown, fields: Readonly<Record<string, unknown>>): Buffer {
  const added = Object.entries(fields).filter(
    (field): field is [string, string] => typeof field[1] === "string",
  );
  if (added.length === 0 || !isObject(message)) return line;
  const top = membersOf(line, skipSpace(line, 0));
  const params = top?.get("params");
  if (top === undefined) return line;
  if (params === undefined)
    return insert(line, skipSpace(line, 0), top, { params: { _meta: entries(added) } });

  const inParams = isObject(message["params"]) ? membersOf(line, params.start) : undefined;
  const meta = inParams?.get("_meta");
  if (inParams === undefined) return line;
  if (meta === undefined) return insert(line, params.start, inParams, { _meta: entries(added) });

  const there = metaOf(paramsOf(message));
  const inMeta = there === undefined ? undefined : membersOf(line, meta.start);
  return inMeta === undefined || there === undefined
    ? line
    : replace(line, meta.start, inMeta, withoutStale(added, there));
}

function entries(added: readonly [string, string][]): Record<string, string> {
  return Object.fromEntries(added);
}

/** A `tracestate` belongs to the `traceparent` beside it: where only that is replaced, the old state is emptied. */
function withoutStale(
  added: [string, string][],
  there: Readonly<Record<string, unknown>>,
): [string, string][] {
  const names = new Set(added.map(([name]) => name));
  const stale = names.has("traceparent") && !names.has("tracestate") && there["tracestate"] !== undefined;
  return stale ? [...added, ["tracestate", ""]] : added;
}

/** Where the value of a member is. */
interface Place {
  readonly start: number;
  readonly end: number;
}

type Members = ReadonlyMap<string, Place>;

/** Puts members at the head of the object that begins at `at`. */
function insert(line: Buffer, at: number, members: Members, added: object): Buffer {
  const text = JSON.stringify(added).slice(1, -1);
  const head = Buffer.from(members.size === 0 ? text : `${text},`);
  return Buffer.concat([line.subarray(0, at + 1), head, line.subarray(at + 1)]);
}

function replace(line: Buffer, at: number, members: Members, added: readonly [string, string][]): Buffer {
  const fresh = added.filter(([name]) => !members.has(name));
  const changes = added
    .flatMap(([name, value]) => ({ place: members.get(name), value }))
    .filter((change): change is { place: Place; value: string } => change.place !== undefined)
    .toSorted((one, other) => one.place.start - other.place.start);
  const parts: Buffer[] = [];
  let from = 0;
  for (const { place, value } of changes) {
    parts.push(line.subarray(from, place.start), Buffer.from(JSON.stringify(value)));
    from = place.end;
  }
  parts.push(line.subarray(from));
  const edited = Buffer.concat(parts);
  return fresh.length === 0 ? edited : insert(edited, at, members, Object.fromEntries(fresh));
}

/** The members of the object that begins at `at`; `undefined` where two have one name, since readers differ in which counts. */
function membersOf(line: Buffer, at: number): Members | undefined {
  if (line[at] !== OPEN_BRACE) return undefined;
  const members = new Map<string, Place>();
  let position = skipSpace(line, at + 1);
  while (line[position] === QUOTE) {
    const keyEnd = skipString(line, position);
    const key = JSON.parse(line.toString("utf8", position, keyEnd)) as string;
    const start = skipSpace(line, skipSpace(line, keyEnd) + 1); // the colon
    const end = skipValue(line, start);
    if (members.has(key)) return undefined;
    members.set(key, { start, end });
    position = skipSpace(line, end);
    if (line[position] !== COMMA) break;
    position = skipSpace(line, position + 1);
  }
  return members;
}

function skipSpace(line: Buffer, at: number): number {
  let position = at;
  while (
    line[position] === 0x20 ||
    line[position] === 0x09 ||
    line[position] === 0x0a ||
    line[position] === 0x0d
  )
    position += 1;
  return position;
}

/** @returns the position after the closing quote */
function skipString(line: Buffer, at: number): number {
  let end = line.indexOf(QUOTE, at + 1);
  while (end !== -1 && isEscaped(line, end)) end = line.indexOf(QUOTE, end + 1);
  return end === -1 ? line.length : end + 1;
}

function isEscaped(line: Buffer, at: number): boolean {
  let before = at;
  while (line[before - 1] === BACKSLASH) before -= 1;
  return (at - before) % 2 === 1;
}

/** @returns the position after the value */
function skipValue(line: Buffer, at: number): number {
  let position = at;
  let depth = 0;
  while (position < line.length) {
    const byte = line[position];
    if (byte === QUOTE) position = skipString(line, position);
    else {
      if (depth === 0 && (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || isSpace(byte)))
        return position;
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
      if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
      position += 1;
      if (depth > 0 || (byte !== CLOSE_BRACE && byte !== CLOSE_BRACKET)) continue;
    }
    if (depth === 0) return position;
  }
  return position;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
