import type { ChildProcess } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { types } from "node:util";
import { isMainThread } from "node:worker_threads";
import { TALKATIVE, type Say } from "../output/say.ts";
import { isKnown } from "./threads.ts";

/** The preload by name, and by its path. */
function namesOfPreload(): string[] {
  const files = ["./register.js", "./register.cjs"].map((file) => new URL(file, import.meta.url));
  return ["mcp-otelkit", ...files.flatMap((url) => [url.href, fileURLToPath(url)])];
}

/**
 * Reports at the end that no MCP SDK was found: the loader sees none in a bundled application, and silence would look
 * like a network fault. Not in a process that inherited the preload, by a worker thread, `fork` or `NODE_OPTIONS`:
 * many of these have nothing to do with MCP. And not in a process that passed it on: the MCP part is elsewhere.
 */
export function tellIfNothingWasSeen(
  env: NodeJS.ProcessEnv,
  seen: () => boolean,
  level: number,
  speak: Say,
  /** Whether the loader shows every module: synchronous hooks do; older Nodes have none. */
  seesAll: boolean,
): void {
  const inherited = !isMainThread || process.send !== undefined || namesUs(env["NODE_OPTIONS"]);
  if (inherited && level < TALKATIVE) return;
  let handedOn = false;
  // https://nodejs.org/api/diagnostics_channel.html#child-process
  subscribe("child_process", (event) => {
    const { process: child } = event as { process: ChildProcess };
    // Published before the child starts, when its arguments are known.
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

/** Modules that mcp-otelkit could not see: there it does not know whether an SDK was among them. */
function whatWasNotWatched(): string | undefined {
  // Without synchronous hooks, hooks run in their own thread.
  // https://nodejs.org/docs/latest-v20.x/api/permissions.html
  const { permission } = process as { permission?: { has(scope: string): boolean } };
  if (permission?.has("worker") === false)
    return "the permission model of this Node keeps ECMAScript modules from being watched; allow it with --allow-worker";
  // The hooks do not see what require() of an ES module loads.
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
