// A session whose peer has vanished must not stay in the numbers, nor in memory.
import { expect, it } from "vitest";
import { eventually } from "../support/page.ts";
import { endsWithTest, serveProgram } from "./served.ts";
import { patience } from "../support/patience.ts";

const MEGABYTE = 1024 * 1024;

it(
  "10,000 sessions, 2,000 of them never closed by the peer: gauge and memory return",
  { tags: ["proof"] },
  async () => {
    const env = { OTEL_INSTRUMENTATION_MCP_SESSION_IDLE_MS: "1000" };
    const server = endsWithTest(
      await serveProgram(["--expose-gc", "many-sessions.mjs"], { env, hungAfterMs: patience(40_000) }),
    );
    let orders = 0;
    const order = async (line: string): Promise<number> => {
      server.order(`${(orders += 1)} ${line}`);
      return Number((await server.said(new RegExp(`done ${orders}: (.*)`)))[1]);
    };
    const allGone = () => eventually(server.page, (page) => page.value("mcp_active_sessions") === 0);
    await order("open 1000 200");
    await allGone();
    const before = await order("memory");

    await order("open 10000 2000");
    await allGone();
    // A collection records the ends it finds; the histograms that came before it in the page show them in the next.
    const page = await server.page();
    const after = await order("memory");

    expect(page.value("mcp_session_duration_seconds_count")).toBe(11_000);
    expect(page.value("mcp_server_session_duration_seconds_count", { error_type: "idle" })).toBe(2200);
    expect(Math.abs(after - before) / MEGABYTE).toBeLessThan(5);
  },
);
