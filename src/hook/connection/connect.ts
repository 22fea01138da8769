import type { Role } from "../../operation/connection.ts";
import { hub } from "../hub.ts";
import { lookForOthers } from "../other-instrumentations.ts";
import { passOn } from "./pass-on.ts";
import { replaceMethod } from "../replace.ts";
import { runCall, type Call } from "./calls.ts";
import { safely } from "../../output/safely.ts";
import { identityOf, isTransport, roleOf } from "../sdk-shapes.ts";
import { tapStarted, tapTransport } from "./tap.ts";

/**
 * `connect(transport)`: the one door every message's transport goes through, in every SDK from 0.6 to 2.x.
 * Also on v2's `Client`, whose own `connect` probes the transport before the protocol gets it.
 */
export function wrapConnect(prototype: object): boolean {
  return replaceMethod(
    prototype,
    "connect",
    (original) =>
      function (transport, ...rest) {
        const observing = hub();
        if (observing !== undefined) {
          safely("connect", () => {
            if (!isTransport(transport)) return;
            const self = identityOf(this);
            tapTransport(transport, roleOf(this), self);
            observing.observer.connected(roleOf(this), self);
            if (typeof this === "object" && this !== null) lookForOthers(this, transport);
          });
        }
        return original.call(this, transport, ...rest);
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
        if (hub() === undefined) return original.apply(this, args);
        // Read inside the net, as in `depart`.
        const call: Call = safely("request", () => {
          const { method, aborted } = describeCall(args[funnel.request], args[funnel.options]);
          return { method, aborted };
        }) ?? { method: undefined, aborted: () => false };
        const result = runCall(call, () => original.apply(this, args));
        return call.settle === undefined ? result : passOn(result, call.settle);
      },
  );
}

function describeCall(request: unknown, options: unknown): Call {
  const { signal } = (options ?? {}) as { signal?: AbortSignal };
  return {
    method: (request as { method?: unknown } | undefined)?.method,
    aborted: () => signal?.aborted === true,
  };
}
