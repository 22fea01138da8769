/**
 * Joins what the SDK's request function has (its promise, its abort signal) to what the transport has (the message).
 *
 * Every SDK version calls `transport.send` synchronously inside its request function, so one variable is enough, and
 * nothing leaks into the asynchronous work that the call starts.
 */

export interface Call {
  readonly method: unknown;
  /** Whether the caller has aborted; `timeout` where `AbortSignal.timeout` did. */
  readonly aborted: () => boolean | "timeout";
  /** Set by the code that sends the message; called with how the caller's promise ended. */
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

/** The call that is sending this message, if any; each call sends one request. */
export function claimCall(method: string): Call | undefined {
  const call = current;
  if (call?.method !== method) return undefined;
  current = undefined;
  return call;
}
