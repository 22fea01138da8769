/**
 * Joins what the SDK's request function knows (its promise, its abort signal) to what the transport sees (the message).
 *
 * Every SDK version calls `transport.send` synchronously inside its request function, so one variable is enough, and
 * nothing leaks into the asynchronous work that the call starts.
 */

export interface Call {
  readonly method: unknown;
  /** Whether the caller has aborted by now; or its time was up, as `AbortSignal.timeout` says. */
  readonly aborted: () => boolean | "timeout";
  /** Set by whoever sees the message leave; hears how the caller's promise ended. */
  settle?: (failure: { readonly error: unknown } | undefined) => void;
}

let current: Call | undefined;

/** Runs the SDK's request function as `call`. */
export function runCall<T>(call: Call, request: () => T): T {
  const outer = current;
  current = call;
  try {
    return request();
  } finally {
    current = outer;
  }
}

/** The call that is sending this message, if there is one; each call sends one request. */
export function claimCall(method: string): Call | undefined {
  const call = current;
  if (call?.method !== method) return undefined;
  current = undefined;
  return call;
}
