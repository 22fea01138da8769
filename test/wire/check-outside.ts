import { execPath } from "node:process";
import { fileURLToPath } from "node:url";
import { WAYS, type Cell } from "../matrix/cells.ts";
import { runConversation } from "../matrix/conversation.ts";
import { exporterEnvironment, type Platform } from "../matrix/run-cell.ts";
import { nodeBinary } from "../support/homes.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { startProxyProcess } from "../support/proxy-process.ts";
import type { Sandbox } from "../support/sandbox.ts";
import { compareRecordings, recordConversation, type WireVerdict } from "./check-cell.ts";
import { differencesOf } from "./compare.ts";
import { startHttpRecorder } from "./http-recorder.ts";
import { recordOf } from "./record.ts";

const CLI = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

export interface OutsideVerdict extends WireVerdict {
  readonly spans: number;
}

/** Why there is nothing to stand between. */
export function whyNotOutside({ way }: Cell): string | undefined {
  return way === "memory" ? `${WAYS[way].title} there is nothing to stand between` : undefined;
}

/**
 * The same conversation direct, and through `run` or `proxy`, with nothing of ours in either end: what the server gets and says, what
 * the client gets and says, what the caller sees, how all of them end.
 */
export async function checkOutside(
  cell: Cell,
  platform: Platform,
  sandbox: Sandbox,
): Promise<OutsideVerdict> {
  const receiver = await startOtlpReceiver();
  const env = {
    ...exporterEnvironment(receiver, platform.protocol),
    OTEL_INSTRUMENTATION_MCP_ADMIN: "off",
    OTEL_INSTRUMENTATION_MCP_LOG_LINES: "off",
    OTEL_LOG_LEVEL: "none",
  };
  try {
    const plain = await recordConversation(cell, platform, sandbox);
    if (cell.way === "stdio" || cell.way === "stdio-modern") {
      const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      // Without NODE_OPTIONS no preload gets there, and the pipe is observed.
      const before = ["env", ...settings, execPath, CLI, "run", "--", "env", "-u", "NODE_OPTIONS"];
      const through = await recordConversation(cell, platform, sandbox, { before });
      return { ...compareRecordings(plain, through, "traced"), spans: receiver.spans().length };
    }
    const ends: (() => Promise<unknown>)[] = [];
    try {
      const sides = {
        near: [] as Awaited<ReturnType<typeof startHttpRecorder>>[],
        far: [] as Awaited<ReturnType<typeof startHttpRecorder>>[],
      };
      const conversation = await runConversation(cell, {
        sandbox,
        node: await nodeBinary(platform.node),
        async between(url) {
          const far = await startHttpRecorder(url);
          const proxy = await startProxyProcess(far.url, env);
          const near = await startHttpRecorder(proxy.url);
          sides.far.push(far);
          sides.near.push(near);
          ends.push(
            () => near.close(),
            () => proxy.end(),
            () => far.close(),
          );
          return near.url;
        },
      });
      for (const end of ends.splice(0)) await end();
      const [near, far] = [sides.near, sides.far].map((recorders) =>
        recordOf(
          conversation,
          recorders.flatMap(({ exchanges }) => exchanges),
        ),
      );
      const verdict = compareRecordings(plain, { record: far ?? [], conversation }, "traced");
      const differences = [...verdict.differences, ...differencesOf(plain.record, near ?? [])];
      return { ...verdict, differences, spans: receiver.spans().length };
    } finally {
      for (const end of ends) await end();
    }
  } finally {
    await receiver.close();
  }
}
