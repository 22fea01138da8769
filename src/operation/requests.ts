import { describeConnection, type Connection } from "./connection.ts";
import type { KnownNames } from "./known-names.ts";
import { isObject, type RequestId } from "./message.ts";
import { methodRow } from "./methods.ts";
import type { ActiveOperation } from "./observer.ts";
import { nameOf, type Operation } from "./operation.ts";
import type { Outcome } from "./outcome.ts";
import * as semconv from "../semconv.ts";

/** A request on its way: seen, not answered yet. Patches deeper in the SDK write down here what they see of it. */
export interface PendingRequest {
  readonly id: RequestId;
  readonly operation: Operation;
  readonly active: ActiveOperation;
  readonly progressToken: RequestId | undefined;
  /** Set where the caller's promise decides, and the wire has already said yes. */
  provisional?: Outcome;
  /** What the wire said then. */
  result?: unknown;
  /** Set at the end: the wire and the caller's promise both tell of it, and the first one counts. */
  finished?: true;
  /** True while the caller's promise is watched and will end the operation. */
  awaited: boolean;
  /** The class of the error the tool's own code threw. */
  thrown?: string;
  /** The URI template the server matched. */
  template?: string;
  readonly changesSeen: number;
}

/** Requests in one direction of one connection, by id and by progress token. */
export interface PendingTable {
  add(pending: PendingRequest): void;
  /** The oldest request with this id. */
  find(id: unknown): PendingRequest | undefined;
  /** Removes and returns the oldest request with this id. */
  take(id: unknown): PendingRequest | undefined;
  /** The oldest request of all. */
  peek(): PendingRequest | undefined;
  byToken(token: unknown): PendingRequest | undefined;
  remove(pending: PendingRequest): void;
  size(): number;
  isEmpty(): boolean;
  drain(): PendingRequest[];
}

/** @param changed told when a request has come or gone, one by one */
export function createPendingTable(changed: () => void = () => undefined): PendingTable {
  // A list per id: a peer may reuse an id that is still open, and then each answer ends one of them.
  const byId = new Map<unknown, PendingRequest[]>();
  const byToken = new Map<unknown, PendingRequest>();

  function forget(pending: PendingRequest): void {
    const { id, progressToken } = pending;
    const others = byId.get(id)?.filter((other) => other !== pending) ?? [];
    if (others.length === 0) byId.delete(id);
    else byId.set(id, others);
    if (progressToken !== undefined && byToken.get(progressToken) === pending) byToken.delete(progressToken);
    changed();
  }

  return {
    add(pending) {
      const same = byId.get(pending.id);
      if (same === undefined) byId.set(pending.id, [pending]);
      else same.push(pending);
      if (pending.progressToken !== undefined) byToken.set(pending.progressToken, pending);
      changed();
    },
    find: (id) => byId.get(id)?.[0],
    take(id) {
      const oldest = byId.get(id)?.[0];
      if (oldest !== undefined) forget(oldest);
      return oldest;
    },
    peek: () => byId.values().next().value?.[0],
    byToken: (token) => byToken.get(token),
    remove: forget,
    isEmpty: () => byId.size === 0,
    size: () => [...byId.values()].reduce((sum, same) => sum + same.length, 0),
    drain() {
      const all = [...byId.values()].flat();
      byId.clear();
      byToken.clear();
      return all;
    },
  };
}

/** Ends a request's operation, adding what was learnt since it began. Calls after the first do nothing. */
export function finish(
  pending: PendingRequest,
  outcome: Outcome,
  connection: Connection,
  known: KnownNames,
): void {
  if (pending.finished) return;
  pending.finished = true;
  const { operation, active, thrown, template, result } = pending;
  const { target: kind } = methodRow(operation.method);
  const succeeded =
    outcome.errorType === undefined && outcome.statusCode === undefined && outcome.cancelled === undefined;
  if (kind !== undefined && succeeded) known.learn(kind, operation.target);

  const name = nameOf(operation.method, operation.target, known);
  const late: Record<string, string | number> =
    connection.changes === pending.changesSeen ? {} : describeConnection(connection, operation.side);
  if (template !== undefined) late[semconv.ATTR_MCP_RESOURCE_TEMPLATE] = template;
  active.end({
    ...outcome,
    ...(result !== undefined && isAnswer(outcome) && { result }),
    ...(thrown !== undefined && { thrown }),
    ...(name !== operation.name && { name }),
    ...(Object.keys(late).length > 0 && { attributes: late }),
  });
}

/** Whether what the wire said is what the caller got: a result that failed validation is not. */
function isAnswer({ errorType }: Outcome): boolean {
  return errorType === undefined || errorType === semconv.ERROR_TYPE_TOOL_ERROR;
}

/** Names that a list result makes known. Not resources: what is listed may be one user's, what is registered is the server's. */
export function learnNames(method: string, result: unknown, known: KnownNames): void {
  const { lists } = methodRow(method);
  const items = lists === undefined || !isObject(result) ? undefined : result[`${lists}s`];
  if (lists === undefined || !Array.isArray(items)) return;
  for (const item of items) {
    if (!isObject(item)) continue;
    known.learn(lists, item["name"]);
  }
}
