import { describeConnection, type Connection } from "./connection.ts";
import type { KnownNames, NameOwner } from "./known-names.ts";
import { isObject, metaOf, paramsOf, type NotificationMessage, type RequestId } from "./message.ts";
import { METHODS, methodRow } from "./methods.ts";
import type { ActiveOperation } from "./observer.ts";
import { nameOf, type Operation } from "./operation.ts";
import type { Outcome } from "./outcome.ts";
import { withoutUserinfo } from "../privacy/uri.ts";
import { ownValue } from "../privacy/own-properties.ts";
import * as semconv from "../semconv.ts";

/** A request without a response so far. Patches deeper in the SDK add what they learn about it. */
export interface PendingRequest {
  readonly id: RequestId;
  readonly operation: Operation;
  readonly active: ActiveOperation;
  readonly progressToken: RequestId | undefined;
  /** Set where the response is a success and the caller's promise decides the outcome. */
  provisional?: Outcome;
  /** The result in that response. */
  result?: unknown;
  /** Set at the end: the response and the caller's promise both end the request, and the first one counts. */
  finished?: true;
  /** True while the caller's promise is awaited and will end the operation. */
  awaited: boolean;
  /** The class of the error the tool's own code threw. */
  thrown?: string;
  /** The URI template the server matched. */
  template?: string;
  /** The task that the request is about. */
  readonly taskId?: string | undefined;
  readonly changesSeen: number;
  /** Whether nobody can get the answer any more. */
  readonly isGone?: (() => boolean) | undefined;
}

/**
 * The id of the request that a notification answers in all but name: its stream stays open, and it has been accepted.
 * `undefined` for every other notification.
 */
export function acknowledgedBy(message: NotificationMessage): unknown {
  if (!ACKNOWLEDGEMENTS.has(message.method)) return undefined;
  return metaOf(paramsOf(message))?.["io.modelcontextprotocol/subscriptionId"];
}

const ACKNOWLEDGEMENTS: ReadonlySet<string> = new Set(
  [...METHODS.values()].flatMap((row) => row.endsAt ?? []),
);

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

/** A request, linked to the others with the same id. */
interface Entry {
  readonly pending: PendingRequest;
  older?: Entry | undefined;
  newer?: Entry | undefined;
}

/** Requests with one id: a peer may reuse an id that is still open, and then each answer ends one of them. */
interface Line {
  oldest: Entry;
  newest: Entry;
}

/**
 * Every step takes the same time however many requests are open and whatever ids they have: both are the peer's
 * choice.
 * @param changed called after each request that is added or removed
 */
export function createPendingTable(changed: () => void = () => undefined): PendingTable {
  const entries = new Map<PendingRequest, Entry>();
  const byId = new Map<unknown, Line>();
  const byToken = new Map<unknown, PendingRequest>();

  function forget(pending: PendingRequest): void {
    const entry = entries.get(pending);
    if (entry === undefined) return;
    entries.delete(pending);
    const { id, progressToken } = pending;
    const { older, newer } = entry;
    if (older !== undefined) older.newer = newer;
    if (newer !== undefined) newer.older = older;
    const line = byId.get(id);
    if (line?.oldest === entry && newer !== undefined) line.oldest = newer;
    if (line?.newest === entry && older !== undefined) line.newest = older;
    if (older === undefined && newer === undefined) byId.delete(id);
    if (progressToken !== undefined && byToken.get(progressToken) === pending) byToken.delete(progressToken);
    changed();
  }

  return {
    add(pending) {
      const entry: Entry = { pending };
      entries.set(pending, entry);
      const line = byId.get(pending.id);
      if (line === undefined) byId.set(pending.id, { oldest: entry, newest: entry });
      else {
        entry.older = line.newest;
        line.newest.newer = entry;
        line.newest = entry;
      }
      if (pending.progressToken !== undefined) byToken.set(pending.progressToken, pending);
      changed();
    },
    find: (id) => byId.get(id)?.oldest.pending,
    take(id) {
      const oldest = byId.get(id)?.oldest.pending;
      if (oldest !== undefined) forget(oldest);
      return oldest;
    },
    peek: () => entries.keys().next().value,
    byToken: (token) => byToken.get(token),
    remove: forget,
    isEmpty: () => entries.size === 0,
    size: () => entries.size,
    drain() {
      const all = [...entries.keys()];
      entries.clear();
      byId.clear();
      byToken.clear();
      return all;
    },
  };
}

/** Ends a request's operation with what was learnt since its beginning. Later calls do nothing. */
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
  if (succeeded) known.learn("method", operation.method, connection.owner);
  if (kind !== undefined && succeeded) known.learn(kind, operation.target, connection.owner);

  const name = nameOf(operation.method, operation.target, known);
  const late: Record<string, string | number> =
    connection.changes === pending.changesSeen ? {} : describeConnection(connection, operation.side);
  if (template !== undefined) late[semconv.ATTR_MCP_RESOURCE_TEMPLATE] = withoutUserinfo(template);
  active.end({
    ...outcome,
    ...(result !== undefined && isAnswer(outcome) && { result }),
    ...(thrown !== undefined && { thrown }),
    ...(name !== operation.name && { name }),
    ...(Object.keys(late).length > 0 && { attributes: late }),
  });
}

/** The parts of a request that {@link taskEndOf} needs. */
export function describeQuestion({ operation, taskId }: PendingRequest) {
  return { method: operation.method, taskId };
}

/** Whether the caller got this response: a result that failed validation did not reach it. */
function isAnswer({ errorType }: Outcome): boolean {
  return errorType === undefined || errorType === semconv.ERROR_TYPE_TOOL_ERROR;
}

/**
 * Learns the names in a list result; those in a peer's list count for its connection. Resources are left out: a list
 * may belong to one user, registered resources belong to the server.
 */
export function learnNames(method: string, result: unknown, known: KnownNames, owner?: NameOwner): void {
  const { lists } = methodRow(method);
  if (lists !== undefined) for (const name of listedNames(lists, result)) known.learn(lists, name, owner);
}

/**
 * The names in a list result. Reads only data properties: before it is sent, a result consists of the application's
 * own objects.
 */
export function listedNames(kind: "tool" | "prompt", result: unknown): unknown[] {
  const items = isObject(result) ? result[`${kind}s`] : undefined;
  return Array.isArray(items) ? items.map((item) => ownValue(item, "name")) : [];
}
