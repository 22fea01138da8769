// A host that does not read stderr, or closes it: the server answers and ends as if nothing were written there.
import { once } from "node:events";
import type { Readable } from "node:stream";
import { expect, it } from "vitest";
import { PRELOAD } from "./program.ts";
import { startServer, type HostedServer } from "./stdio-host.ts";
import { describeVariants } from "../support/variants.ts";

const ENV = {
  OTEL_TRACES_EXPORTER: "none",
  OTEL_INSTRUMENTATION_MCP_LOG_LINES: "on",
};
const NOTICE = /^mcp-otelkit: (\d+) lines were dropped, since nobody read stderr$/;

/** The second is CommonJS, where nothing of Node's makes the pipe one that does not block. */
const STARTS = [
  [...PRELOAD, "stdio-server.mjs"],
  ["--require", "mcp-otelkit/register.cjs", "stdio-server-v2.cjs"],
];

interface Host extends HostedServer {
  readonly stderr: Readable;
  /** Resolves once all of so many calls are answered. */
  answered(calls: number): Promise<void>;
}

function startUnread(words: readonly string[], env: Record<string, string> = {}): Host {
  const server = startServer(words, { env: { ...ENV, ...env } });
  const { stderr } = server.child;
  if (stderr === null) throw new Error("no stderr");
  stderr.pause();
  let last = 0;
  const answered = (calls: number): Promise<void> => {
    for (let n = 0; n < calls; n += 1) server.call("add", { a: last, b: n });
    last += calls;
    return server.printed(`"id":${last}}`);
  };
  return { ...server, stderr, answered };
}

describeVariants(STARTS, { concurrent: true }, (...words) => {
  it("calls are answered while nobody reads and after the host has closed its end, and the process ends", async () => {
    const server = startUnread(words);

    await server.answered(2_000);
    server.stderr.destroy();
    await server.answered(100);
    server.endInput();

    expect(await server.ended).toMatchObject({ code: 0, signal: null });
  });

  it("what nobody reads does not hold the process at its end", async () => {
    const server = startUnread(words);

    await server.answered(2_000);
    server.endInput();
    const exited = await once(server.child, "exit");
    server.stderr.destroy();

    expect(exited).toEqual([0, null]);
    await server.ended;
  });

  it("once the host reads again: whole lines, and how many are missing", async () => {
    const server = startUnread(words);

    await server.answered(8_000);
    server.stderr.resume();
    await server.answered(1);
    server.endInput();
    const { stderr, code } = await server.ended;

    const lines = stderr.split("\n").slice(0, -1);
    const told = lines.flatMap((line) => NOTICE.exec(line)?.[1] ?? []);
    const records = lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as object);
    expect(code).toBe(0);
    expect(stderr.at(-1)).toBe("\n");
    // Mostly one gap; on a busy machine the reader may fall behind once more.
    expect(told.map(Number).reduce((sum, missing) => sum + missing, 0)).toBeGreaterThan(1_000);
    expect(records.length).toBeGreaterThan(1_000);
    // Node's own warnings are among them: the SDK waits for its stdout with a listener for each answer.
    expect(lines.filter((line) => !/^(\{|mcp-otelkit: |\(node:|\(Use `node)/.test(line))).toEqual([]);
  });
});
