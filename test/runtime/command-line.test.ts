// What is left of a command line: which program it is, and which flags it has been given.
import { describe, expect, it } from "vitest";
import { harmlessArguments } from "../../src/runtime/otel/command-line.ts";

const NODE = "/usr/bin/node";

describe("harmlessArguments", () => {
  it.each<[words: string[], execArgv: string[], left: string]>([
    [["/srv/app.js"], [], "/srv/app.js"],
    [["/srv/app.js", "--api-key", "s3cret", "--verbose"], [], "/srv/app.js --api-key REDACTED --verbose"],
    [["/srv/app.js", "--api-key=s3cret=", "-k=s3cret"], [], "/srv/app.js --api-key=REDACTED -k=REDACTED"],
    [["/srv/app.js", "-ps3cret", "-v", "-"], [], "/srv/app.js -pREDACTED -v -"],
    [["/srv/app.js", "https://me:s3cret@host", "s3cret"], [], "/srv/app.js REDACTED REDACTED"],
    [["/srv/app.js", "--", "s3cret", "-42", ""], [], "/srv/app.js -- REDACTED REDACTED REDACTED"],
    [["/srv/app.js", "--key s3cret", "--", "--{s3cret}"], [], "/srv/app.js REDACTED -- REDACTED"],
    [["/srv/app.js", "--sk-ant-s3cret0123456789abcdef"], [], "/srv/app.js REDACTED"],
    [["/srv/app.js"], ["--import", "mcp-otelkit/register"], "--import REDACTED /srv/app.js"],
    [["s3cret"], ["-e", "run('s3cret')"], "-e REDACTED REDACTED"],
    [["/s3cret"], ["-pe", "run('s3cret')"], "-pREDACTED REDACTED REDACTED"],
    [["/s3cret"], ["--eval=run('s3cret')"], "--eval=REDACTED REDACTED"],
    [[], [], ""],
  ])("of %j with %j", (words, execArgv, left) => {
    const kept = harmlessArguments({ argv: [NODE, ...words], execArgv, execPath: NODE });

    expect(kept.join(" ")).toBe([NODE, left].filter(Boolean).join(" "));
  });
});
