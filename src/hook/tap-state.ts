import { AsyncLocalStorage } from "node:async_hooks";
import type { Connection } from "../operation/connection.ts";
import type { PendingRequest, PendingTable } from "./pending.ts";

/** What we keep beside one transport. */
export interface Tap {
  readonly connection: Connection;
  /** Requests the peer asked and this process has not answered. */
  readonly inbound: PendingTable;
  /** Requests this process asked and the peer has not answered. */
  readonly outbound: PendingTable;
  /** True while `start` is shadowed and will bring the callbacks. */
  armed: boolean;
  /** The message being delivered: a chained handler must not count it twice. */
  delivering?: unknown;
}

/** The request whose handler is running, for patches deeper in the SDK. */
export const currentRequest = new AsyncLocalStorage<PendingRequest>();
