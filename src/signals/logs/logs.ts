import { ROOT_CONTEXT, type Context } from "@opentelemetry/api";
import type { LogLevel, McpConfig } from "../../settings/config.ts";
import { captureLogData } from "../../privacy/capture.ts";
import { SEVERITY, levelOf, severityOf } from "../../operation/log-level.ts";
import { describeEnd, describeStart, levelOfEnd } from "../../operation/log-message.ts";
import { isObject, stringOr } from "../../operation/message.ts";
import type { AttributeValues, Operation } from "../../operation/operation.ts";
import type { Outcome } from "../../operation/outcome.ts";
import type { Session } from "../../operation/session.ts";
import * as semconv from "../../semconv.ts";
import { capturePolicy } from "../capture-policy.ts";
import { createLogRate } from "./log-rate.ts";
import { renderLine, type LogEntry } from "./log-line.ts";
import type { Logger, LoggerProvider } from "./logger-provider.ts";

export interface LogsSource {
  /** Read for each record: an SDK may be registered later, or replaced. */
  readonly loggerProvider: () => LoggerProvider | undefined;
  readonly config: () => McpConfig;
  /** Writes a line of JSON; absent where no lines are wanted. */
  readonly writeLine: ((line: string) => void) | undefined;
  readonly scope: { readonly name: string; readonly version: string };
  /** Counts an entry that was left out because its peer caused too many. */
  readonly suppressed?: () => void;
}

export interface McpLogs {
  started(operation: Operation, self: Self, context: Context): void;
  ended(operation: Operation, self: Self, outcome: Outcome, seconds: number, context: Context): void;
  sessionOpened(session: Session): void;
  sessionClosed(session: Session, seconds: number, errorType: string | undefined): void;
  /** Logs a `notifications/message` with its parameters. */
  message(operation: Operation, self: Self, params: unknown, context: Context): void;
}

/** The server that this process is, if it is one. */
export interface Self {
  readonly server: string | undefined;
  readonly version: string | undefined;
}

/** Turns events into log records and lines of JSON. Builds nothing where neither is used. */
export function createLogs(source: LogsSource): McpLogs {
  const emitter = createEmitter(source);
  const { config, suppressed = () => undefined } = source;
  const rate = createLogRate(() => config().logRate, suppressed, reportLeftOut);
  /** Entries that cost a peer no more than a message. A call that succeeds is work that the application has done for it. */
  const admits = ({ owner }: Operation): boolean => rate.admits(owner);
  const isSlow = (operation: Operation, seconds: number): boolean =>
    seconds * 1000 >= config().slowMs && isRequest(operation);

  return {
    started(operation, self, context) {
      if (!emitter.hears("DEBUG")) return;
      const said = describeStart(operation);
      if (said === undefined || !admits(operation)) return;
      const { level, event, message } = said;
      const attributes = attributesOf(operation, config());
      emitter.emit({ severity: SEVERITY[level], event, message, ...self, attributes, context });
    },
    ended(operation, self, outcome, seconds, context) {
      const slow = isSlow(operation, seconds);
      if (!emitter.hears(levelOfEnd(operation, outcome, slow))) return;
      if (!(isRequest(operation) && isSuccess(outcome)) && !admits(operation)) return;
      const { level, event, message } = describeEnd(operation, outcome, slow);
      const attributes = {
        ...attributesOf(operation, config(), outcome),
        [semconv.ATTR_MCP_DURATION_MS]: milliseconds(seconds),
      };
      emitter.emit({ severity: SEVERITY[level], event, message, ...self, attributes, context });
    },
    sessionOpened(session) {
      if (!emitter.hears("INFO") || !rate.admits(undefined)) return;
      emitter.emit(describeSession(session, semconv.EVENT_SESSION_OPENED, "Session opened", {}));
    },
    sessionClosed(session, seconds, errorType) {
      if (!emitter.hears("INFO") || !rate.admits(undefined)) return;
      const attributes = {
        [semconv.ATTR_MCP_DURATION_MS]: milliseconds(seconds),
        ...(errorType !== undefined && { [semconv.ATTR_ERROR_TYPE]: errorType }),
      };
      emitter.emit(describeSession(session, semconv.EVENT_SESSION_CLOSED, "Session closed", attributes));
    },
    message(operation, self, params, context) {
      const { level, logger } = isObject(params) ? params : {};
      const severity = severityOf(level);
      if (!emitter.hears(levelOf(severity)) || !admits(operation)) return;
      const name = stringOr(logger)?.slice(0, MAX_LOGGER_NAME_LENGTH);
      emitter.emit({
        severity,
        event: semconv.EVENT_LOG_MESSAGE,
        message: captureLogData(params, capturePolicy(config())) ?? "MCP log message",
        ...self,
        attributes: {
          ...attributesOf(operation, config()),
          ...(name !== undefined && { [semconv.ATTR_MCP_LOG_LOGGER]: name }),
        },
        context,
      });
    },
  };

  function reportLeftOut(count: number): void {
    if (!emitter.hears("WARN")) return;
    emitter.emit({
      severity: SEVERITY.WARN,
      event: semconv.EVENT_LOG_SUPPRESSED,
      message: `${count} log entries left out: their peers caused too many (OTEL_INSTRUMENTATION_MCP_LOG_RATE)`,
      server: undefined,
      version: undefined,
      attributes: {},
      context: ROOT_CONTEXT,
    });
  }
}

/** The output of every log entry: a record for the SDK, a line for stderr. */
export interface Emitter {
  hears(level: LogLevel): boolean;
  /** @param own further fields of the line */
  emit(entry: LogEntry, own?: Readonly<Record<string, unknown>>): void;
}

export function createEmitter({ loggerProvider, config, writeLine, scope }: LogsSource): Emitter {
  let provider: LoggerProvider | undefined;
  let logger: Logger | undefined;

  function currentLogger(): Logger | undefined {
    const now = loggerProvider();
    if (now !== provider) logger = now?.getLogger(scope.name, scope.version);
    provider = now;
    return logger;
  }
  const writes = (severity: number): boolean => {
    const { logLines, logLevel, lineLevel } = config();
    return writeLine !== undefined && logLines && reaches(severity, lineLevel ?? logLevel);
  };
  const records = (severity: number): boolean =>
    reaches(severity, config().logLevel) && takes(currentLogger(), severity);

  return {
    hears: (level) => writes(SEVERITY[level]) || records(SEVERITY[level]),
    emit(entry, own) {
      const timestamp = new Date();
      const { severity: severityNumber, message: body, event: eventName, attributes, context } = entry;
      if (records(severityNumber))
        currentLogger()?.emit({
          ...(eventName !== undefined && { eventName }),
          timestamp,
          severityNumber,
          severityText: levelOf(severityNumber),
          body,
          attributes,
          context,
        });
      if (writes(severityNumber)) writeLine?.(`${renderLine(entry, timestamp, own)}\n`);
    },
  };
}

function reaches(severity: number, least: McpConfig["logLevel"]): boolean {
  // As a level, not as a number: a `notice` is INFO2, and the level `info` includes it.
  return least !== "OFF" && SEVERITY[levelOf(severity)] >= SEVERITY[least];
}

function takes(logger: Logger | undefined, severityNumber: number): boolean {
  return logger !== undefined && (logger.enabled?.({ severityNumber }) ?? true);
}

/** A limit, since the peer chooses the name. */
const MAX_LOGGER_NAME_LENGTH = 128;

/** Span attributes that log records do not have: the URI is content, and addresses belong to the connection. */
const NOT_IN_LOGS: ReadonlySet<string> = new Set([
  semconv.ATTR_MCP_RESOURCE_URI,
  semconv.ATTR_CLIENT_ADDRESS,
  semconv.ATTR_CLIENT_PORT,
  semconv.ATTR_JSONRPC_PROTOCOL_VERSION,
]);

function attributesOf(operation: Operation, config: McpConfig, outcome: Outcome = {}): AttributeValues {
  const { errorType, statusCode, attributes: late } = outcome;
  const attributes: Record<string, string | number> = { ...operation.attributes, ...late };
  for (const name of NOT_IN_LOGS) delete attributes[name];
  if (config.resourceUri === "off") delete attributes[semconv.ATTR_MCP_RESOURCE_TEMPLATE];
  attributes[semconv.ATTR_MCP_SIDE] = operation.side;
  if (errorType !== undefined) attributes[semconv.ATTR_ERROR_TYPE] = errorType;
  if (statusCode !== undefined) attributes[semconv.ATTR_RPC_RESPONSE_STATUS_CODE] = statusCode;
  return attributes;
}

function describeSession(
  session: Session,
  event: string,
  message: string,
  more: Readonly<Record<string, string | number>>,
): LogEntry {
  const { role, id, client, server, attributes } = session;
  const known: Record<string, string | number> = { ...attributes, [semconv.ATTR_MCP_SIDE]: role, ...more };
  if (id !== undefined) known[semconv.ATTR_MCP_SESSION_ID] = id;
  if (client !== undefined) known[semconv.ATTR_MCP_CLIENT_NAME] = client.name;
  if (client?.version !== undefined) known[semconv.ATTR_MCP_CLIENT_VERSION] = client.version;
  return {
    severity: SEVERITY.INFO,
    event,
    message,
    server: server?.name,
    version: server?.version,
    attributes: known,
    context: ROOT_CONTEXT, // a session outlives many traces and belongs to none
  };
}

function isRequest(operation: Operation): boolean {
  return operation.attributes[semconv.ATTR_JSONRPC_REQUEST_ID] !== undefined;
}

function isSuccess({ errorType, statusCode, cancelled }: Outcome): boolean {
  return errorType === undefined && statusCode === undefined && cancelled === undefined;
}

/** Rounded to a tenth: a line is for people. */
function milliseconds(seconds: number): number {
  return Math.round(seconds * 10_000) / 10;
}
