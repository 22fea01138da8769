import type { ChildProcess } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { types } from "node:util";
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
  /** Whether the loader shows every module: synchronous hooks do, on older Nodes there are none. */
  seesAll: boolean,
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
    const sdks = "@modelcontextprotocol/sdk, @modelcontextprotocol/server, @modelcontextprotocol/client";
    const unseen = seesAll ? undefined : whatWasNotWatched();
    speak(
      unseen === undefined
        ? `no MCP SDK was loaded in this process (looked for ${sdks}), so nothing was recorded; if it is bundled into the ` +
            "application, call instrumentMcp()"
        : `no MCP SDK was seen in this process (looked for ${sdks}), so nothing was recorded; but ${unseen}`,
    );
  });
}

/** What was loaded where mcp-otelkit could not look: there it does not know that there was no SDK. */
function whatWasNotWatched(): string | undefined {
  // Where there are no synchronous hooks, they run in a thread of their own.
  // https://nodejs.org/docs/latest-v20.x/api/permissions.html
  const { permission } = process as { permission?: { has(scope: string): boolean } };
  if (permission?.has("worker") === false)
    return "the permission model of this Node keeps ECMAScript modules from being watched; allow it with --allow-worker";
  // What require() of an ECMAScript module loads, with all that it imports, passes by the hooks.
  const required = Object.values(createRequire(import.meta.url).cache).find((module) =>
    types.isModuleNamespaceObject(module?.exports),
  );
  if (required === undefined) return undefined;
  return (
    `require() has loaded ECMAScript modules (such as ${basename(required.filename)}), which cannot be watched on ` +
    `Node ${process.versions.node}; use Node 22.22.3, 24.11.1 or later, or call instrumentMcp()`
  );
}

function namesUs(words: string | undefined): boolean {
  return words !== undefined && namesOfPreload().some((name) => words.includes(name));
}
