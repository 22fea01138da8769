import type { Writable } from "node:stream";
import type { McpConfig } from "../settings/config.ts";
import type { Role } from "../operation/connection.ts";
import { isObject } from "../operation/message.ts";
import { hub } from "./hub.ts";
import { safely } from "../output/safely.ts";
import type { Transport } from "./sdk-shapes.ts";
import { expectNoMore, expectStdio, guardStdout, type StdoutPolicy } from "../output/stdout-guard.ts";

/**
 * Handles stray writes, and reports the first in one line. Never with the text that was written: it may hold a
 * secret.
 * @param stray called for each write
 * @param say called for the first
 */
export function createStdoutPolicy(
  mode: () => McpConfig["stdout"],
  stray: (place: string | undefined) => void,
  say: (line: string) => void,
): StdoutPolicy {
  let said = false;
  return {
    get mode() {
      return mode();
    },
    stray(place) {
      stray(place);
      if (said) return;
      said = true;
      const by = place ?? "a stream that is piped there, a worker thread, or code without a place";
      const instead =
        mode() === "protect"
          ? "it goes to stderr instead (OTEL_INSTRUMENTATION_MCP_STDOUT=protect); console.error would say so in the code"
          : "use console.error, or set OTEL_INSTRUMENTATION_MCP_STDOUT=protect to have it go to stderr";
      say(`stdout carries the MCP protocol, and something else was written to it, by ${by}; ${instead}`);
    },
  };
}

const policyNow = (): StdoutPolicy | undefined => hub()?.stdout;

/** Called when the SDK's module for stdio servers is loaded: this process probably becomes one. */
export function stdioServerLoaded(): void {
  safely("expect stdio", () => {
    if (hub()?.stdout !== undefined) expectStdio(process.stdout, policyNow);
  });
}

/**
 * Called when a transport starts; guards the stdout of a stdio server's transport.
 * @param wrote called for each message that goes to it
 * @returns removes the guard
 */
export function guardServer(
  transport: Transport,
  role: Role | undefined,
  wrote: (line: string) => void,
): (() => void) | undefined {
  if (role === "client" || (policyNow()?.mode ?? "off") === "off") return undefined;
  return safely("guard stdout", () => {
    const stdout = stdoutOf(transport);
    if (stdout === undefined) return undefined;
    if (stdout !== process.stdout) expectNoMore(process.stdout);
    const release = guardStdout(stdout, policyNow, wrote);
    return () => {
      safely("release stdout", release);
    };
  });
}

/**
 * The stream that a server's transport writes to. Where the transport was given a stream other than `process.stdout`,
 * only that one: then the application has handled the rest, or the peer does not read stdout at all.
 */
function stdoutOf(transport: Transport): Writable | undefined {
  const { _stdout } = transport as { _stdout?: unknown };
  if (isObject(_stdout) && typeof _stdout["write"] === "function") return _stdout as unknown as Writable;
  return isStdioServer(transport) ? process.stdout : undefined;
}

/** By the name of its class or of a base class. Not v2's `StdioConnectionChannel`, which writes to another transport. */
function isStdioServer(transport: Transport): boolean {
  for (
    let prototype: unknown = Object.getPrototypeOf(transport);
    isObject(prototype);
    prototype = Object.getPrototypeOf(prototype)
  ) {
    const { name } = (prototype["constructor"] ?? {}) as { name?: unknown };
    if (typeof name === "string" && name.startsWith("StdioServer")) return true;
  }
  return false;
}
