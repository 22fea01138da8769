import type { Role } from "../../operation/connection.ts";
import { hub } from "../hub.ts";
import { ownValue } from "../../privacy/own-properties.ts";
import { lookForOthers } from "../other-instrumentations.ts";
import { passOn } from "./pass-on.ts";
import { isTimeout } from "../../operation/outcome.ts";
import { replaceMethod } from "../replace.ts";
import { runCall, type Call } from "./calls.ts";
import { safely, surround } from "../../output/safely.ts";
import { handlersOf, identityOf, isTransport, roleOf } from "../sdk-shapes.ts";
import { runConnecting, tapStarted, tapTransport, type Connecting } from "./tap.ts";

/**
 * `connect(transport)`: every transport passes through it, in every SDK from 0.6 to 2.x. Also on v2's `Client`, whose
 * own `connect` probes the transport before the protocol gets it.
 *
 * @param starts whether this `connect` itself starts the transport, and nothing else
 */
export function wrapConnect(prototype: object, starts = true): boolean {
  return replaceMethod(
    prototype,
    "connect",
    (original) =>
      function (transport, ...rest) {
        const observing = hub();
        if (observing === undefined) return original.call(this, transport, ...rest);
        const role = safely("connect", () => roleOf(this));
        safely("connect", () => {
          if (!isTransport(transport)) return;
          const self = identityOf(this);
          tapTransport(transport, role, self, handlersOf(this));
          observing.observer.connecting(role, self);
          if (typeof this === "object" && this !== null) lookForOthers(this, transport);
        });
        const under: Connecting = { role, over: !starts, probes: !starts };
        const connected = surround(
          "connecting",
          (connect) => runConnecting(under, connect),
          () => original.call(this, transport, ...rest),
        );
        if (!starts) return connected;
        return passOn(connected, (failure) => {
          under.over = true;
          // Only now: an application may log a failed `connect` and continue, and is then not ready.
          if (failure === undefined && role !== "client" && isTransport(transport))
            observing.observer.connected(role);
        });
      },
  );
}

/**
 * A transport class whose instances also start without a protocol: relays wire two of them to each other, v2's stdio
 * client probes on a sibling process, v2's `serveStdio` answers subscriptions itself.
 */
export function wrapStart(prototype: object, role: Role): boolean {
  return replaceMethod(
    prototype,
    "start",
    (original) =>
      function (...args) {
        const observing = hub();
        const started =
          observing === undefined
            ? undefined
            : safely("start", () => (isTransport(this) ? tapStarted(this, role) : undefined));
        if (started === undefined) return original.apply(this, args);
        // What this transport starts is a part of it.
        const under: Connecting = { role, over: false, probes: false };
        const ready = surround(
          "starting",
          (start) => runConnecting(under, start),
          () => original.apply(this, args),
        );
        return passOn(ready, (failure) => {
          under.over = true;
          if (failure === undefined && started === "relay" && role === "server")
            observing?.observer.connected(role);
        });
      },
  );
}

/** Where a generation of the SDK makes its outgoing requests, and at which positions the arguments are. */
interface Funnel {
  readonly name: string;
  readonly request: number;
  readonly options: number;
}

/** v2 first: there, calls from inside a handler go through the public `request`. */
const FUNNELS: readonly Funnel[] = [
  { name: "_requestWithSchemaViaCodec", request: 1, options: 3 },
  { name: "request", request: 0, options: 2 },
];

/** The method for outgoing requests: timeouts, aborts and failed validation are not visible on the wire. */
export function wrapFunnel(prototype: object): boolean {
  const funnel = FUNNELS.find(({ name }) => Object.hasOwn(prototype, name));
  if (funnel === undefined) return false;
  return replaceMethod(
    prototype,
    funnel.name,
    (original) =>
      function (...args) {
        return followCall(
          () => [args[funnel.request], args[funnel.options]],
          () => original.apply(this, args),
        );
      },
  );
}

/**
 * Runs an SDK's request function, so that the message which it sends is known to be this call's, and ends when its promise does.
 * @param read the request and its options; read inside the net, as in `depart`
 */
export function followCall(
  read: () => readonly [request: unknown, options: unknown],
  request: () => unknown,
): unknown {
  if (hub() === undefined) return request();
  const call: Call = safely("request", () => {
    const { method, aborted } = describeCall(...read());
    return { method, aborted };
  }) ?? { method: undefined, aborted: () => false };
  const result = runCall(call, request);
  return call.settle === undefined ? result : passOn(result, call.settle);
}

function describeCall(request: unknown, options: unknown): Call {
  // These are the application's objects: properties behind a getter are not read.
  const signal = ownValue(options, "signal");
  return {
    method: ownValue(request, "method"),
    aborted() {
      const { aborted, reason } = (signal ?? {}) as { aborted?: unknown; reason?: unknown };
      return aborted === true && (isTimeout(reason) ? "timeout" : true);
    },
  };
}
