import type { ChildProcess } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";
import { basename } from "node:path";
import { types } from "node:util";
import { isMainThread } from "node:worker_threads";
import { TALKATIVE, type Say } from "../output/say.ts";
import { onSpokenTo, type SpokenVia } from "./spoken-to.ts";
import { isKnown } from "./threads.ts";

/** The preload by name, and by its path. */
function namesOfPreload(): string[] {
  const files = ["./register.js", "./register.cjs"].map((file) => new URL(file, import.meta.url));
  return ["mcp-otelkit", ...files.flatMap((url) => [url.href, fileURLToPath(url)])];
}

/** An SDK may be loaded by what the first message asks for. */
const SETTLED_MS = 2000;

/** By how a client speaks to the process; the second is for a program that its operator did not write. */
const HELPS: Readonly<Record<SpokenVia, string>> = {
  stdio:
    "in your own application call instrumentMcp(), start any other with npx mcp-otelkit run -- <command>",
  HTTP: "in your own application call instrumentMcp(), in front of any other start npx mcp-otelkit proxy --to <url>",
};

/**
 * Says in one line that nothing is recorded: soon after an MCP client has spoken to a process in which no SDK was seen, and else when the
 * process ends. The second is left out for preloads that were handed on, to a worker thread, by `fork` or through `NODE_OPTIONS`: they
 * meet many a program that has nothing to do with MCP. And for programs that handed them on: the MCP part is elsewhere.
 * @param packages those that the loader looks for, and any bundle with one of them inside
 * @param seesAll whether the loader shows every module: synchronous hooks do, on older Nodes there are none
 */
export function tellIfNothingWasSeen(
  env: NodeJS.ProcessEnv,
  seen: () => boolean,
  level: number,
  speak: Say,
  seesAll: boolean,
  packages: readonly string[],
): void {
  const unseen = (): string | undefined => (seesAll ? undefined : whatWasNotWatched());
  let told = false;
  const tell = (line: string): void => {
    if (told || seen() || isKnown("seen")) return;
    told = true;
    speak(line);
  };
  let spoken: (() => void) | undefined;
  onSpokenTo((via) => {
    // `mcp-otelkit run` observes from outside what is not seen from within.
    if (spoken !== undefined || (via === "stdio" && env["MCP_OTELKIT_SEEN_FILE"])) return;
    spoken = () =>
      tell(
        `an MCP client speaks to this process over ${via}, and no MCP SDK was seen in it, so nothing is recorded; ` +
          (unseen() ?? HELPS[via]),
      );
    setTimeout(spoken, SETTLED_MS).unref();
    process.once("exit", spoken);
  });
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
    if (spoken !== undefined || handedOn) return;
    const sdks = packages.join(", ");
    const reason = unseen();
    tell(
      reason === undefined
        ? `no MCP SDK was loaded in this process (looked for ${sdks}), so nothing was recorded; if one is in a bundle ` +
            "that mcp-otelkit does not recognise, call instrumentMcp()"
        : `no MCP SDK was seen in this process (looked for ${sdks}), so nothing was recorded; but ${reason}`,
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
