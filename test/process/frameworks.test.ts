// Frameworks on top of the SDK: mcp-framework uses its Protocol, muppet only its transport, and mcp-handler instruments itself.
import { cpSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { SeenSpan } from "../support/seen-span.ts";
import { chainsOf } from "./chains.ts";
import { join } from "./joined.ts";
import { PROGRAMS, runProgram, traceProgram } from "./program.ts";
import { tracedSandbox } from "./traced-sandbox.ts";

const CHAINS = [
  "CLIENT initialize > SERVER initialize",
  "CLIENT notifications/initialized > SERVER notifications/initialized",
  "CLIENT tools/call add > SERVER tools/call add",
  "CLIENT tools/call add > SERVER tools/call add",
  "CLIENT tools/list > SERVER tools/list",
];

const sandbox = tracedSandbox("process/frameworks", "frameworks");
beforeAll(() => cpSync(`${PROGRAMS}/plain-sdk.mjs`, sandbox.path("plain-sdk.mjs")));

const SERVERS: [file: string, transport: string, name: string, errorType: string][] = [
  ["muppet.mjs", "stdio", "muppet-server", "-32603"],
  ["mcp-framework/server.js", "stdio", "framework", "tool_error"],
  ["mcp-framework/server.js", "http", "framework", "tool_error"],
];

describe.each(SERVERS)("%s over %s", (file, transport, name, errorType) => {
  it("is observed like a server of the SDK", { tags: ["proof"] }, async () => {
    const program = [sandbox.path("client.mjs"), sandbox.path(file), transport];
    const without = await runProgram(program, { cwd: sandbox.folder });
    const { stdout, spans, logs } = await join([...sandbox.preload, ...program], { cwd: sandbox.folder });

    expect(without.stdout).toMatch(/^add\n5\n/);
    expect(stdout).toBe(without.stdout);
    const mcp = spans.filter(({ attributes }) => "mcp.method.name" in attributes);
    expect(chainsOf(mcp)).toEqual(CHAINS);
    const served = mcp.filter(({ kind, name: said }) => kind === "SERVER" && said === "tools/call add");
    for (const { service, attributes } of served) {
      expect(service).toBe(name);
      expect(attributes).toMatchObject({ "mcp.client.name": "client", "mcp.server.name": name });
      expect(attributes["network.transport"]).toBe(transport === "stdio" ? "pipe" : "tcp");
    }
    expect(served.map(({ attributes }) => attributes["error.type"])).toEqual([undefined, errorType]);
    const sessions = logs.filter(
      ({ service, eventName }) => service === name && eventName?.startsWith("mcp.session."),
    );
    // Over HTTP one Protocol of mcp-framework has all sessions, and its transport does not tell them apart.
    expect(sessions.map(({ eventName }) => eventName)).toEqual(
      transport === "stdio" ? ["mcp.session.opened", "mcp.session.closed"] : [],
    );
  });
});

describe("mcp-handler, which instruments itself", { tags: ["proof"] }, () => {
  const REPORT = "mcp-otelkit: mcp-handler instruments MCP in this process as well";
  const observe = (words: string[], env = {}) =>
    traceProgram([...words, sandbox.path("mcp-handler.mjs")], { cwd: sandbox.folder, env });
  const scopesOf = (spans: readonly SeenSpan[]): string[] =>
    [...new Set(spans.map(({ scope }) => scope))].toSorted();

  it("is reported once, with what keeps either set of spans", async () => {
    const { stdout, stderr, spans } = await observe([...sandbox.preload]);

    expect(stdout).toBe("5\n");
    expect(stderr.split(REPORT)).toHaveLength(2);
    expect(stderr).toContain(
      "pass telemetry: false to createMcpHandler, or set OTEL_NODE_DISABLED_INSTRUMENTATIONS=mcp",
    );
    expect(scopesOf(spans)).toEqual(["mcp-handler", "mcp-otelkit"]);
  });

  it("telemetry: false keeps the spans of mcp-otelkit", async () => {
    const { stdout, stderr, spans } = await traceProgram(
      [...sandbox.preload, sandbox.path("mcp-handler.mjs"), "off"],
      {
        cwd: sandbox.folder,
      },
    );

    expect(stdout).toBe("5\n");
    expect(stderr).not.toContain(REPORT);
    expect(scopesOf(spans)).toEqual(["mcp-otelkit"]);
  });

  it("OTEL_NODE_DISABLED_INSTRUMENTATIONS=mcp keeps those that the application's own OpenTelemetry gets", async () => {
    const { stdout, stderr, spans } = await observe([...sandbox.preload, "--import", "./plain-sdk.mjs"], {
      OTEL_NODE_DISABLED_INSTRUMENTATIONS: "mcp",
    });

    expect(stdout).toBe("5\n");
    expect(stderr).not.toContain(REPORT);
    expect(scopesOf(spans)).toEqual(["mcp-handler"]);
  });
});
