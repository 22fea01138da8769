// The description of a fault in mcp-otelkit: the place to look at, and none of the application's data.
import { describe, expect, it } from "vitest";
import { describeFault } from "../../src/output/describe-fault.ts";
import { redactUri } from "../../src/privacy/uri.ts";

const HOME = new URL("../../src/", import.meta.url);

describe("describeFault", () => {
  it("has the class and the place in mcp-otelkit's code", () => {
    const error = thrownBy(() => redactUri(undefined as never));

    expect(describeFault(error)).toMatch(/^TypeError at privacy\/uri\.ts:\d+:\d+$/);
  });

  it("finds mcp-otelkit's frame below others, in either way of writing a file", () => {
    for (const place of [HOME.href, HOME.pathname]) {
      const error = new SyntaxError("s3cret");
      error.stack = `SyntaxError: s3cret\n    at JSON.parse (<anonymous>)\n    at take (${place}hook/tap.js:12:5)`;

      expect(describeFault(error)).toBe("SyntaxError at hook/tap.js:12:5");
    }
  });

  it.each<[what: string, error: unknown]>([
    ["a message of many lines", Object.assign(new Error(`s3cret\n    at x (${HOME.href}s3cret.js:1:1)`), {})],
    ["a name that is a sentence", Object.assign(new Error("s3cret"), { name: "s3cret of s3cret" })],
    ["a string", "s3cret"],
    ["nothing", undefined],
    ["a symbol", Symbol("s3cret")],
    ["a message that is none", Object.assign(new Error(""), { message: { s3cret: 1 } })],
    [
      "an error that throws when looked at",
      Object.defineProperty({}, "stack", {
        get() {
          throw new Error("s3cret");
        },
      }),
    ],
  ])("says nothing else: %s", (_what, error) => {
    expect(describeFault(error)).toMatch(
      /^(Error|Object|string|undefined|symbol|_OTHER)( at [\w/.-]+:\d+:\d+)?$/,
    );
    expect(describeFault(error)).not.toContain("s3cret");
  });
});

function thrownBy(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
