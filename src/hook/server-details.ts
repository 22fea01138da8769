import { redactUri } from "../privacy/uri.ts";
import { classNameOf } from "../operation/class-name.ts";
import type { NameKind } from "../operation/known-names.ts";
import { hub } from "./hub.ts";
import { replaceMethod } from "./replace.ts";
import { identityOf } from "./sdk-shapes.ts";
import { safely } from "../output/safely.ts";
import { currentRequest } from "./connection/tap-state.ts";

/**
 * What only the high-level server knows of a request. Each of these is a bonus: where an SDK version has no such method,
 * the span lacks a detail and nothing else.
 */

/** The public ways to register something under a name, v1 and v2. */
const REGISTRATIONS: readonly (readonly [method: string, kind: NameKind, argument: number])[] = [
  ["tool", "tool", 0],
  ["registerTool", "tool", 0],
  ["prompt", "prompt", 0],
  ["registerPrompt", "prompt", 0],
  ["resource", "resource", 1], // a URI, or a template, which has no name of this kind
  ["registerResource", "resource", 1],
];

/** Registered names are known before anybody has listed or used them. */
export function wrapRegistrations(prototype: object): void {
  for (const [method, kind, argument] of REGISTRATIONS) {
    replaceMethod(
      prototype,
      method,
      (original) =>
        function (...args) {
          safely("register", () => register(kind, nameIn(args[argument], kind), this));
          return original.apply(this, args);
        },
    );
  }
}

function register(kind: NameKind, name: unknown, server: unknown): void {
  const observing = hub();
  observing?.known.learn(kind, name);
  // A high-level server has the server that speaks in it, and is often made long before it is connected.
  observing?.observer.offers(
    kind === "tool" && typeof name === "string" ? name : undefined,
    identityOf((server as { server?: unknown } | undefined)?.server ?? {}),
  );
}

function nameIn(argument: unknown, kind: NameKind): unknown {
  return kind === "resource" && typeof argument === "string" ? redactUri(argument) : argument;
}

/**
 * A tool's own error: `McpServer` turns it into a result with `isError`, and only here it is still an error.
 * v1 from 1.24 and v2; undocumented, hence optional.
 */
export function wrapToolExecution(prototype: object): void {
  replaceMethod(
    prototype,
    "executeToolHandler",
    (original) =>
      function (...args) {
        const result = original.apply(this, args);
        // An async method: the caller inside the SDK awaits and catches it, so listening aside handles nothing away.
        if (result instanceof Promise)
          result.catch((error: unknown) => safely("tool error", () => noteThrown(error)));
        return result;
      },
  );
}

function noteThrown(error: unknown): void {
  const pending = currentRequest.getStore();
  if (pending === undefined) return;
  pending.thrown = typeof error === "object" && error !== null ? classNameOf(error) : typeof error;
}

/** The first template that matches while a resource is read is the one the server uses. */
export function wrapTemplateMatch(prototype: object): void {
  replaceMethod(
    prototype,
    "match",
    (original) =>
      function (...args) {
        const result = original.apply(this, args);
        safely("template", () => {
          const pending = currentRequest.getStore();
          if (result && pending?.operation.method === "resources/read") pending.template ??= String(this);
        });
        return result;
      },
  );
}
