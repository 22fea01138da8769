// What docs/other-implementations.md says, done: an invented implementation gets its rows and its patch, and is observed.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, expect, it, vi } from "vitest";
import { changeModule } from "../../src/hook/loader/footer.ts";
import { HOOK_SYMBOL } from "../../src/hook/loader/hook-symbol.ts";
import { patchByHand, patchSdkFile } from "../../src/hook/loader/patch-sdk.ts";
import type { SdkReport } from "../../src/hook/loader/sdk-listeners.ts";
import type { SdkFile } from "../../src/hook/loader/targets.ts";
import { record } from "./fakes.ts";

// The tables with one more row each, as they would be in the source.
vi.mock(import("../../src/hook/loader/implementations.ts"), async (original) => {
  const { IMPLEMENTATIONS, CLASSES, ...rest } = await original();
  const { PACKAGE, CLASS } = await import("../fixtures/implementation/echo-server.ts");
  return {
    ...rest,
    IMPLEMENTATIONS: [...IMPLEMENTATIONS, PACKAGE],
    CLASSES: { ...CLASSES, EchoServer: CLASS },
  };
});
vi.mock(import("../../src/hook/loader/patches.ts"), async (original) => {
  const { PATCHES } = await original();
  const { wrapEchoServer } = await import("../fixtures/implementation/echo-server.ts");
  return { PATCHES: { ...PATCHES, EchoServer: wrapEchoServer } };
});

const FIXTURE = fileURLToPath(new URL("../fixtures/implementation", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "mcp-otelkit-implementation-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Listener = (message: { readonly method: string; readonly params: object }) => void;
interface Echo {
  offer(tool: string, run: () => unknown): void;
  listen(listener: Listener): void;
  say(method: string, params: object): void;
  answer(message: object): Promise<unknown>;
}
type EchoClass = new (name: string, version: string) => Echo;

/** The package, as the load hook changes it. */
async function load(): Promise<EchoClass> {
  cpSync(join(FIXTURE, "echo-mcp"), folder, { recursive: true });
  const file = join(folder, "index.js");
  const { href } = pathToFileURL(file);
  writeFileSync(file, changeModule(href, readFileSync(file, "utf8")) ?? "");
  const { EchoServer } = (await import(href)) as { EchoServer: EchoClass };
  return EchoServer;
}

it("an implementation with a row is patched where it is loaded, and observed in both directions", async () => {
  const reports: SdkReport[] = [];
  (globalThis as Record<symbol, unknown>)[Symbol.for(HOOK_SYMBOL)] = (
    file: SdkFile,
    exports: Record<string, unknown>,
  ) => reports.push(patchSdkFile(file, exports, "1"));
  const EchoServer = await load();
  const recording = record();

  const server = new EchoServer("echo", "1.0.0");
  server.offer("ping", () => {
    server.say("notifications/message", { level: "info", data: "x" });
    server.say("notifications/tools/list_changed", {});
    return { content: [] };
  });
  server.offer("fail", () => {
    throw new Error("a secret");
  });
  const said: object[] = [];
  server.listen(({ params }) => said.push(params));
  const clientInfo = { name: "client", version: "1" };
  const ask = (id: number, method: string, params: object): Promise<unknown> =>
    server.answer({ jsonrpc: "2.0", id, method, params });
  await ask(0, "initialize", { protocolVersion: "2025-06-18", clientInfo });
  await ask(1, "tools/list", {}); // makes the names known
  await ask(2, "tools/call", { name: "ping" });
  const failed = await ask(3, "tools/call", { name: "fail" });

  expect(reports).toEqual([
    { package: "echo-mcp", version: "1.4.0", format: "esm", patched: ["EchoServer"] },
  ]);
  expect(recording.lines()).toEqual([
    "SERVER initialize 0",
    "SERVER tools/list 1",
    "SERVER tools/call ping 2",
    "CLIENT notifications/message",
    "CLIENT notifications/tools/list_changed",
    "SERVER tools/call fail 3 error.type=-32603",
  ]);
  expect(recording.open()).toEqual([]);
  expect(recording.told[2]?.operation.attributes).toMatchObject({ "mcp.client.name": "client" });
  expect(said.map((params) => Object.keys(params).includes("_meta"))).toEqual([true, true]);
  expect(failed).toMatchObject({ error: { code: -32603 } });
  expect(recording.faults).toEqual([]);
  // From a bundle that no hook sees, the application passes it.
  expect(patchByHand(server, "1").already).toEqual(["EchoServer"]);
});

it("the page shows these very files", () => {
  const page = readFileSync(new URL("../../docs/other-implementations.md", import.meta.url), "utf8");
  const shown = (language: string): string[] =>
    [...page.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))].map(([, code = ""]) => code);
  const source = readFileSync(join(FIXTURE, "echo-server.ts"), "utf8");

  expect(shown("js")).toEqual([readFileSync(join(FIXTURE, "echo-mcp", "index.js"), "utf8")]);
  expect(shown("ts").length).toBeGreaterThan(1);
  for (const part of shown("ts")) expect(source).toContain(part);
});
