// Frameworks with a server of their own on top of the SDK: mcp-framework uses its Protocol, muppet only its transport.
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installedPackage } from "../support/homes.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import { chainsOf } from "./chains.ts";
import { join } from "./joined.ts";
import { runProgram } from "./program.ts";

const CHAINS = [
  "CLIENT initialize > SERVER initialize",
  "CLIENT notifications/initialized > SERVER notifications/initialized",
  "CLIENT tools/call add > SERVER tools/call add",
  "CLIENT tools/call add > SERVER tools/call add",
  "CLIENT tools/list > SERVER tools/list",
];

let sandbox: Sandbox;
let preload: string[];
beforeAll(async () => {
  preload = ["--import", await installedPackage("otel-2")];
  sandbox = await createSandbox("process/frameworks", "frameworks", "otel-2");
  writeFileSync(sandbox.path("package.json"), "{}");
});
afterAll(() => sandbox.remove());

const SERVERS: [file: string, transport: string, name: string, errorType: string][] = [
  ["muppet.mjs", "stdio", "muppet-server", "-32603"],
  ["mcp-framework/server.js", "stdio", "framework", "tool_error"],
  ["mcp-framework/server.js", "http", "framework", "tool_error"],
];

describe.each(SERVERS)("%s over %s", (file, transport, name, errorType) => {
  it("is observed like a server of the SDK", { tags: ["proof"] }, async () => {
    const program = [sandbox.path("client.mjs"), sandbox.path(file), transport];
    const without = await runProgram(program, { cwd: sandbox.folder });
    const { stdout, spans, logs } = await join([...preload, ...program], { cwd: sandbox.folder });

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
