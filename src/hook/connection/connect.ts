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
 * `connect(transport)`: the one door every message's transport goes through, in every SDK from 0.6 to 2.x.
 * Also on v2's `Client`, whose own `connect` probes the transport before the protocol gets it.
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
        const under: Connecting = { role, over: !starts };
        const connected = surround(
          "connecting",
          (connect) => runConnecting(under, connect),
          () => original.call(this, transport, ...rest),
        );
        if (!starts) return connected;
        return passOn(connected, (failure) => {
          under.over = true;
          // Not before: an application may log the failure and live on, and it is not ready.
          if (failure === undefined && role !== "client" && isTransport(transport))
            observing.observer.connected(role);
        });
      },
  );
}

/**
 * A transport class whose instances are also started without a protocol: v2's stdio client probes on a sibling process,
 * v2's `serveStdio` answers subscriptions itself.
 */
export function wrapStart(prototype: object, role: Role): boolean {
  return replaceMethod(
    prototype,
    "start",
    (original) =>
      function (...args) {
        if (hub() !== undefined) {
          safely("start", () => {
            if (isTransport(this)) tapStarted(this, role);
          });
        }
        return original.apply(this, args);
      },
  );
}

/** Where a generation of the SDK makes its outgoing requests, and where the arguments stand that we read. */
interface Funnel {
  readonly name: string;
  readonly request: number;
  readonly options: number;
}

/** v2 first: there, calls from inside a handler pass by the public `request`. */
const FUNNELS: readonly Funnel[] = [
  { name: "_requestWithSchemaViaCodec", request: 1, options: 3 },
  { name: "request", request: 0, options: 2 },
];

/** The outgoing funnel: timeout, abort and failed validation show nowhere on the wire. */
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
  // Objects of the application's: what only a getter of theirs can tell is not asked.
  const signal = ownValue(options, "signal");
  return {
    method: ownValue(request, "method"),
    aborted() {
      const { aborted, reason } = (signal ?? {}) as { aborted?: unknown; reason?: unknown };
      return aborted === true && (isTimeout(reason) ? "timeout" : true);
    },
  };
}
