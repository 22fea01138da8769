import { installedPackage, nodeBinary, type NodeMajor, type OtelLine } from "../support/homes.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import type { SeenSpan } from "../support/seen-span.ts";
import { SDKS, type Cell, type SdkName } from "./cells.ts";
import { runConversation } from "./conversation.ts";
import { OUR_SCOPE, faultsOf } from "./judge.ts";

export interface Platform {
  node: NodeMajor;
  otel: OtelLine;
  protocol: "http/json" | "http/protobuf" | "grpc";
}

export interface Verdict {
  faults: string[];
  /** Spans of mcp-otelkit; those of HTTP and the like are left out. */
  spans: SeenSpan[];
}

/** Runs a cell under the preload of the installed package, with its own collector, and judges it. */
export async function runCell(cell: Cell, platform: Platform, sandbox: Sandbox): Promise<Verdict> {
  const receiver = await startOtlpReceiver();
  try {
    const conversation = await runConversation(cell, {
      sandbox,
      node: await nodeBinary(platform.node),
      preload: await installedPackage(platform.otel),
      env: exporterEnvironment(receiver, platform.protocol),
    });
    // Both processes have ended: data that has not arrived by now is lost.
    const spans = receiver.spans();
    return {
      faults: faultsOf(cell, conversation, spans),
      spans: spans.filter((span) => span.scope === OUR_SCOPE),
    };
  } catch (error) {
    return { faults: [String(error)], spans: receiver.spans() };
  } finally {
    await receiver.close();
  }
}

/** The variables that send a process's spans to a receiver. */
export function exporterEnvironment(
  receiver: { url: string; grpcUrl: string },
  protocol: Platform["protocol"],
): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: protocol === "grpc" ? receiver.grpcUrl : receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_METRICS_EXPORTER: "none",
    OTEL_LOGS_EXPORTER: "none",
  };
}

/** One sandbox per SDK: programs only read it, and each run keeps its records in its own folder. */
export function createSandboxes(): { of(sdk: SdkName): Promise<Sandbox>; remove(): Promise<void> } {
  const made = new Map<SdkName, Promise<Sandbox>>();
  return {
    of(sdk) {
      const sandbox = made.get(sdk) ?? createSandbox("conversations", SDKS[sdk].home);
      made.set(sdk, sandbox);
      return sandbox;
    },
    async remove() {
      for (const sandbox of made.values()) (await sandbox).remove();
    },
  };
}
