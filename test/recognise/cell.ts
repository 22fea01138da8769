import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { startServer } from "../process/stdio-host.ts";
import { exportingTo } from "../process/program.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import type { SeenSpan } from "../support/seen-span.ts";
import { patience } from "../support/patience.ts";
import type { Sandbox } from "../support/sandbox.ts";
import { collect, commandOf, type Format, type Order } from "./bundlers.ts";

/** The SDK's versions: the name of the package in the home `bundlers`, and the server that is packed. */
export const PACKED_VERSIONS: Readonly<Record<string, string>> = {
  "sdk-0.6": "low-level.mjs",
  "sdk-1.0": "low-level.mjs",
  "sdk-1.10": "high-level-v1.mjs",
  "sdk-1.20": "high-level-v1.mjs",
  "sdk-1.32": "high-level-v1.mjs",
  "sdk-2.0": "high-level-v2.mjs",
  "sdk-2": "high-level-v2.mjs",
};

const VERSIONS: Readonly<Record<string, string>> = {
  ...PACKED_VERSIONS,
  // by their real names, in homes of their own
  "@modelcontextprotocol/sdk": "high-level-v1.mjs",
  "@modelcontextprotocol/server": "high-level-v2.mjs",
};

export interface Cell {
  readonly bundler: string;
  readonly version: string;
  readonly format: Format;
  readonly minify: boolean;
}

/** What the conversation below is seen as, with the transport and, where there is one, the template that matched. */
const EXPECTED = ["initialize pipe", "notifications/initialized pipe", "tools/call add pipe"];
const EXPECTED_HIGH = [...EXPECTED, "resources/read pipe item://{id}"];

/** Packs a server, and talks to it with and without the preload. @returns what is wrong; `undefined`: no such bundler here */
export async function judge(cell: Cell, sandbox: Sandbox, preload: string): Promise<string[] | undefined> {
  const order: Order = {
    format: cell.format,
    minify: cell.minify,
    file: sandbox.path("packed", cell.format === "esm" ? "bundle.mjs" : "bundle.cjs"),
  };
  const program = readFileSync(sandbox.path(VERSIONS[cell.version] ?? ""), "utf8");
  writeFileSync(sandbox.path("server.mjs"), program.replaceAll('"SDK', `"${cell.version}`));
  copyFileSync(sandbox.path("server.mjs"), sandbox.path("server.js"));
  const words = commandOf(cell.bundler, order, sandbox.folder);
  if (words === undefined) return undefined;
  const failed = await pack(words, sandbox.folder);
  if (failed !== undefined) return [`does not pack: ${failed}`];
  collect(cell.bundler, order, sandbox.folder);
  if (statSync(order.file).size < 10_000) return ["packed without the SDK"];

  const high = VERSIONS[cell.version] !== "low-level.mjs";
  const plain = await talk([order.file], sandbox.folder, high);
  const traced = await talk(["--import", preload, order.file], sandbox.folder, high);
  const faults: string[] = [];
  if (plain.code !== 0 || !plain.stdout.includes("sum 5")) faults.push(`does not run: ${plain.stderr}`);
  if (traced.stdout !== plain.stdout) faults.push("another stdout");
  if (traced.code !== plain.code) faults.push(`ends with ${traced.code}`);
  const names = traced.spans.map(pictureOf).toSorted();
  const expected = (high ? EXPECTED_HIGH : EXPECTED).toSorted();
  if (names.join() !== expected.join()) faults.push(`spans: ${names.join(", ")}; ${traced.stderr}`);
  return faults;
}

function pictureOf({ name, attributes }: SeenSpan): string {
  const { "network.transport": transport = "no transport", "mcp.resource.template": template } = attributes;
  return [name, transport, template].filter((part) => typeof part === "string").join(" ");
}

async function pack(
  [program = "", ...words]: readonly string[],
  folder: string,
): Promise<string | undefined> {
  const child = spawn(program, words, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const [code] = (await once(child, "close")) as [number | null];
  return code === 0 ? undefined : output.slice(0, 2_000);
}

interface Talked {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
  readonly spans: readonly SeenSpan[];
}

/** A conversation by hand, so that no SDK but the bundle's takes part. */
async function talk(words: readonly string[], cwd: string, high: boolean): Promise<Talked> {
  const receiver = await startOtlpReceiver();
  try {
    const server = startServer(words, { cwd, env: exportingTo(receiver.url), hungAfterMs: patience(60_000) });
    server.ended.catch(() => undefined);
    await server.add(2, 3);
    if (high) {
      server.child.stdin?.write(
        `${JSON.stringify({ jsonrpc: "2.0", id: "read", method: "resources/read", params: { uri: "item://7" } })}\n`,
      );
      await server.printed("an item");
    }
    server.endInput();
    return { ...(await server.ended), spans: receiver.spans() };
  } catch (error) {
    return { stdout: "", stderr: String(error), code: -1, spans: receiver.spans() };
  } finally {
    await receiver.close();
  }
}
