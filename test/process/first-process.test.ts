// A container without an init: the server is process 1, for which the default action of a signal is none.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { exportingTo, PRELOAD, PROGRAMS } from "./program.ts";

const UNSHARE = ["--fork", "--pid", "--kill-child"];
const allowed = spawnSync("unshare", [...UNSHARE, "true"]).status === 0;
if (!allowed)
  console.warn("SKIPPED: unshare --fork --pid is not allowed here, so nothing is known of process 1");

it.skipIf(!allowed)(
  "SIGTERM to process 1 saves what there is, and what it does afterwards is recorded",
  async () => {
    const receiver = await startOtlpReceiver();
    const child = spawn("unshare", [...UNSHARE, process.execPath, ...PRELOAD, "first-process.mjs"], {
      cwd: PROGRAMS,
      env: {
        PATH: process.env["PATH"],
        ...exportingTo(receiver.url),
        OTEL_INSTRUMENTATION_MCP_LOG_LINES: "off",
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let stdout = "";
    child.stdout.on("data", (text: Buffer) => (stdout += String(text)));
    await once(child, "close");
    await receiver.close();

    expect(stdout).toBe("alive once as 1\nalive twice as 1\n");
    const calls = receiver
      .spans()
      .filter(({ kind, name }) => kind === "SERVER" && name.startsWith("tools/call"));
    expect(calls.map(({ name, status }) => [name, status.code])).toEqual([
      ["tools/call before", "UNSET"],
      ["tools/call after", "UNSET"],
    ]);
  },
);
