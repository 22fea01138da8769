import { afterEach } from "vitest";
import { occupyHub } from "../../src/hook/hub.ts";
import type { StdoutPolicy } from "../../src/output/stdout-guard.ts";
import { onFault } from "../../src/output/safely.ts";
import { tapTransport } from "../../src/hook/connection/tap.ts";
import type { Role } from "../../src/operation/connection.ts";
import { createKnownNames, type KnownNames } from "../../src/operation/known-names.ts";
import type { ActiveOperation, Carrier, OperationObserver } from "../../src/operation/observer.ts";
import type { AttributeValues, Operation } from "../../src/operation/operation.ts";
import type { Outcome } from "../../src/operation/outcome.ts";

/** What the hooks reported about one operation. */
export interface Told {
  readonly operation: Operation;
  readonly carrier: Carrier;
  readonly events: { readonly name: string; readonly attributes: AttributeValues }[];
  /** All ends; the contract of the port lets only the first count. */
  readonly ends: Outcome[];
}

export interface Recording {
  readonly told: Told[];
  readonly known: KnownNames;
  /** Faults in mcp-otelkit, by place. */
  readonly faults: string[];
  /** `SERVER tools/call 7 error.type=tool_error`, one line per operation in the order of their beginning. */
  lines(): string[];
  /** Operations that began and did not end. */
  open(): string[];
}

/** What the recording observer puts into messages. */
export const CARRIER: Carrier = { traceparent: "00-11111111111111111111111111111111-2222222222222222-01" };

const releases: (() => void)[] = [];
afterEach(() => releases.splice(0).forEach((release) => release()));

/** Puts a recording observer behind the hooks until the end of the test. */
export function record(
  options: { carrier?: Carrier; observer?: Partial<OperationObserver>; stdout?: StdoutPolicy } = {},
): Recording {
  const told: Told[] = [];
  const faults: string[] = [];
  const known = createKnownNames();
  const observer: OperationObserver = {
    begin(operation, carrier) {
      const entry: Told = { operation, carrier, events: [], ends: [] };
      told.push(entry);
      return activeFor(entry, options.carrier ?? CARRIER);
    },
    connecting: () => undefined,
    connected: () => undefined,
    offers: () => undefined,
    openSession: () => ({ seen: () => undefined, close: () => undefined }),
    httpExchange: () => undefined,
    strayOutput: () => undefined,
    ...options.observer,
  };
  onFault((where, error) => faults.push(`${where}: ${String(error)}`));
  const hub = occupyHub({ observer, known, ...(options.stdout && { stdout: options.stdout }) });
  if (hub === undefined) throw new Error("a recording is on already");
  releases.push(() => hub.release());
  return {
    told,
    known,
    faults,
    lines: () => told.map(lineOf),
    open: () => told.filter(({ ends }) => ends.length === 0).map(lineOf),
  };
}

function activeFor(entry: Told, carrier: Carrier): ActiveOperation {
  return {
    carrier,
    run: (fn) => fn(),
    send: (fn) => fn(),
    event: (name, attributes) => void entry.events.push({ name, attributes }),
    end: (outcome) => void entry.ends.push(outcome),
  };
}

function lineOf({ operation, ends }: Told): string {
  const { errorType, cancelled } = ends[0] ?? {};
  const end =
    ends.length === 0
      ? "open"
      : cancelled === true
        ? "cancelled"
        : errorType === undefined
          ? ""
          : `error.type=${errorType}`;
  const words = [
    operation.side.toUpperCase(),
    operation.name,
    operation.attributes["jsonrpc.request.id"],
    end,
  ];
  return words.filter((word) => word !== undefined && word !== "").join(" ");
}

/** A user's own transport: what is sent stays in `sent`, what arrives is given to `deliver`. */
export class OwnTransport {
  readonly sent: unknown[] = [];
  readonly received: unknown[] = [];
  onmessage?: (message: unknown, extra?: unknown) => unknown;
  onclose?: () => unknown;
  started = 0;

  start(): Promise<void> {
    this.started += 1;
    return Promise.resolve();
  }

  /** Sent at once, so that a test sees the effect at once. */
  send(message: unknown, _options?: unknown): unknown {
    this.sent.push(message);
    return undefined;
  }

  close(): void {
    this.onclose?.();
  }
}

/** Taps a transport and sets its callbacks as `Protocol#connect` does: tap, callbacks, start. */
export function connect<T extends OwnTransport>(transport: T, role: Role = "server"): T {
  tapTransport(transport, role);
  transport.onmessage = (message) => void transport.received.push(message);
  transport.onclose = () => undefined;
  void transport.start();
  return transport;
}

export function request(id: unknown, method = "ping", params?: unknown): Record<string, unknown> {
  return deepFreeze({ jsonrpc: "2.0", id, method, ...(params !== undefined && { params }) });
}

export function notification(method: string, params?: unknown): Record<string, unknown> {
  return deepFreeze({ jsonrpc: "2.0", method, ...(params !== undefined && { params }) });
}

export function response(id: unknown, result: unknown = {}): Record<string, unknown> {
  return deepFreeze({ jsonrpc: "2.0", id, result });
}

export function failure(id: unknown, code: unknown, message = "no"): Record<string, unknown> {
  return deepFreeze({ jsonrpc: "2.0", id, error: { code, message } });
}

/** A message that other code holds as well: changing it throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  Object.values(value).forEach(deepFreeze);
  return value;
}
