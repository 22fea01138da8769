// What is counted and measured, by real servers in this process; and that no peer decides how much of it there is.
import { request } from "node:http";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import * as lowLevel from "@modelcontextprotocol/sdk/server/index.js";
import * as highLevel from "@modelcontextprotocol/sdk/server/mcp.js";
import * as sdk from "@opentelemetry/sdk-metrics";
import { metrics, type MeterProvider } from "@opentelemetry/api";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { patchExports } from "../../src/hook/patch.ts";
import { createHandFed, INITIALIZE, type HandFed } from "../support/hand-fed.ts";
import { startMetered } from "../support/metered.ts";
import { eventually, type Page } from "../support/page.ts";

beforeAll(() => {
  for (const module of [lowLevel, highLevel]) patchExports({ ...module }, "test");
});

const MANY = 100_000;

describe("a hostile client", () => {
  it("that invents 100,000 tools adds one series to each metric", { timeout: 60_000 }, async () => {
    const { page } = startMetered();
    const client = await connected();
    await client.ask("tools/call", { name: "add" });
    const before = await page();

    for (let i = 0; i < MANY; i += 1) await client.ask("tools/call", { name: `invented-${i}` });
    const after = await page();

    expect(grown(before, after)).toEqual({ tools: ["_OTHER"], series: 1 });
    expect(after.value("mcp_tool_calls_total", { tool_name: "_OTHER", status: "error" })).toBe(MANY);
    expect(after.value("mcp_telemetry_suppressed_total", { reason: "unknown_name" })).toBe(MANY);
  });
});

/** By which tools each metric grew, and by how many series at most. */
function grown(before: Page, after: Page): { tools: string[]; series: number } {
  const seriesOf = (page: Page) => new Map(page.families.map(({ name, samples }) => [name, new Set(samples.map(({ labels: { le: _, ...labels } }) => JSON.stringify(labels)))]));
  const old = seriesOf(before);
  const news = [...seriesOf(after)].map(([name, series]) => [...series].filter((labels) => !old.get(name)?.has(labels)));
  const tools = news.flat().map((labels) => JSON.parse(labels) as Record<string, string>).flatMap(({ tool_name, gen_ai_tool_name }) => tool_name ?? gen_ai_tool_name ?? []);
  return { tools: [...new Set(tools)], series: Math.max(...news.map((list) => list.length)) };
}

async function connected(): Promise<HandFed> {
  const server = new highLevel.McpServer({ name: "shop", version: "1.0.0" });
  server.registerTool("add", {}, () => ({ content: [{ type: "text", text: "5" }] }));
  const client = createHandFed();
  await server.connect(client.transport as never);
  await client.ask("initialize", INITIALIZE);
  return client;
}
