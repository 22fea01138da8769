import { classNameOf } from "../operation/class-name.ts";

/** Where the code of this package is; unknown in a bundle of CommonJS, where a module has no URL. */
const HOME = URL.canParse("..", import.meta.url) ? new URL("..", import.meta.url) : undefined;

/**
 * Describes an internal error of mcp-otelkit: the class of the error and the place in mcp-otelkit's code. Not its
 * message: that may be the application's text, from a getter that throws, or a piece of text that could not be
 * parsed.
 */
export function describeFault(error: unknown): string {
  try {
    const { message, stack } = Object(error) as Partial<Record<keyof Error, unknown>>;
    const kind = typeof error === "object" && error !== null ? classNameOf(error) : typeof error;
    const place = typeof stack === "string" ? placeIn(stack, String(message)) : undefined;
    return `${kind}${place === undefined ? "" : ` at ${place}`}`;
  } catch {
    return "Error"; // an error that throws when it is read
  }
}

/** The innermost frame inside mcp-otelkit, as `hook/tap.js:12:5`. */
function placeIn(stack: string, message: string): string | undefined {
  if (HOME === undefined) return undefined;
  const frames = stack.replace(message, ""); // the message may look like a frame, too
  for (const line of frames.split("\n")) {
    if (!/^\s+at /.test(line)) continue;
    for (const home of [HOME.href, decodeURIComponent(HOME.pathname)]) {
      const at = line.indexOf(home);
      const [place] = /^[\w/-]+\.[cm]?[jt]s:\d+:\d+/.exec(at < 0 ? "" : line.slice(at + home.length)) ?? [];
      if (place !== undefined) return place;
    }
  }
  return undefined;
}
