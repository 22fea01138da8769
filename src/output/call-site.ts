import { fileURLToPath } from "node:url";

/** Deep enough to pass the frames of Node, of a logger, and of wrappers around `console`. */
const DEPTH = 40;

/**
 * The place in the code, as `file:line`, that called `callee` through Node's own code and `console`.
 * @returns `undefined` where Node itself called: a stream that is piped, a worker thread's output
 */
export function callSite(callee: (...args: never[]) => unknown): string | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = DEPTH;
  try {
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, callee);
    // Formatted here, while the limit applies; not a string where the application has its own stack format.
    return typeof holder.stack === "string" ? placeIn(holder.stack) : undefined;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

interface Frame {
  readonly callee: string;
  readonly place: string;
}

/**
 * The first frame outside Node that does not just pass the call on to the stream: many libraries wrap the methods of
 * `console` or the stream's `write`, and the caller of those is the place to report.
 */
function placeIn(stack: string): string | undefined {
  const frames = stack.split("\n").flatMap((line) => readFrame(line) ?? []);
  const outside = frames.filter(({ place }) => !isNode(place));
  const found = outside.find(({ callee }) => !PASSAGE.test(callee)) ?? outside[0];
  return found === undefined ? undefined : readable(found.place);
}

const PASSAGE =
  /^console\.|^(?:(?:process\.)?stdout|stream|Socket|\w*WriteStream|Writable)\.write$|\[as write\]$/;

/** `at fn (file:///a/b.mjs:1:2)`, `at async /a/b.js:1:2`, `at eval (eval at run (/a/b.js:1:2), <anonymous>:3:4)`. */
function readFrame(line: string): Frame | undefined {
  const evaluated = /\beval at .*?\(((?:file:|\/|[A-Za-z]:[\\/])[^()]*:\d+):\d+\)/.exec(line);
  if (evaluated !== null) return { callee: "eval", place: evaluated[1] ?? "" };
  const match = /^\s*at (?:async )?(?:(.*?) \()?(.+:\d+):\d+\)?$/.exec(line);
  return match === null ? undefined : { callee: match[1] ?? "", place: match[2] ?? "" };
}

/** Code without a file counts as well: a `data:` URL is code, and may hold what the user wrote. */
function isNode(place: string): boolean {
  return place.startsWith("node:") || place.startsWith("<anonymous>") || place.startsWith("data:");
}

function readable(place: string): string {
  if (!place.startsWith("file:")) return place;
  const line = place.slice(place.lastIndexOf(":"));
  return `${fileURLToPath(place.slice(0, -line.length).replace(/[?#].*$/, ""))}${line}`;
}
