import type { ChildProcess } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import { TALKATIVE, type Say } from "../output/say.ts";
import { isKnown } from "./threads.ts";

/** The preload by name, and by wherever it has been put. */
function namesOfPreload(): string[] {
  const files = ["./register.js", "./register.cjs"].map((file) => new URL(file, import.meta.url));
  return ["mcp-otelkit", ...files.flatMap((url) => [url.href, fileURLToPath(url)])];
}

/**
 * A bundled application shows the loader no SDK at all, and silence would look like a fault of the network. Not for
 * preloads that were handed on, to a worker thread, by `fork` or through `NODE_OPTIONS`: they meet many a place that has
 * nothing to do with MCP. And not for those who handed it on: the MCP part is elsewhere.
 */
export function tellIfNothingWasSeen(
  env: NodeJS.ProcessEnv,
  seen: () => boolean,
  level: number,
  speak: Say,
): void {
  const inherited = !isMainThread || process.send !== undefined || namesUs(env["NODE_OPTIONS"]);
  if (inherited && level < TALKATIVE) return;
  let handedOn = false;
  // https://nodejs.org/api/diagnostics_channel.html#child-process
  subscribe("child_process", (event) => {
    const { process: child } = event as { process: ChildProcess };
    // Told before it has been started; then it knows its words.
    if (!handedOn) queueMicrotask(() => (handedOn ||= (child.spawnargs ?? []).some(namesUs)));
  });
  process.once("exit", () => {
    if (seen() || handedOn || isKnown("seen")) return;
    speak(
      "no MCP SDK was loaded in this process (looked for @modelcontextprotocol/sdk, @modelcontextprotocol/server and " +
        "@modelcontextprotocol/client), so nothing was recorded; if it is bundled into the application, call instrumentMcp()",
    );
  });
}

function namesUs(words: string | undefined): boolean {
  return words !== undefined && namesOfPreload().some((name) => words.includes(name));
}
