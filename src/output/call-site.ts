import { fileURLToPath } from "node:url";

/** Deep enough to come out of Node, a logger, and whatever has been put around `console`. */
const DEPTH = 40;

/**
 * The place in the code, as `file:line`, that called `callee` by way of Node's own code and of `console`.
 * @returns `undefined` where Node itself called: a stream that is piped, a worker thread's output
 */
export function callSite(callee: (...args: never[]) => unknown): string | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = DEPTH;
  try {
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, callee);
    // Formatted here, while the limit holds; not a string where the application formats stacks in a way of its own.
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
 * The first frame outside of Node that is more than a passage to the stream: many a library wraps the methods of `console`
 * or the stream's `write`, and whoever calls those is the one to be told of.
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

/** Also code without a file: a `data:` URL is code, and may hold what the user wrote. */
function isNode(place: string): boolean {
  return place.startsWith("node:") || place.startsWith("<anonymous>") || place.startsWith("data:");
}

function readable(place: string): string {
  if (!place.startsWith("file:")) return place;
  const line = place.slice(place.lastIndexOf(":"));
  return `${fileURLToPath(place.slice(0, -line.length).replace(/[?#].*$/, ""))}${line}`;
}
