import {
  context,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Link,
  type Span,
  type Tracer,
} from "@opentelemetry/api";
import type { McpConfig } from "../../settings/config.ts";
import { captureRequest, captureResult } from "../../privacy/capture.ts";
import { redactMessage } from "../../privacy/uri.ts";
import type { AttributeValues, Operation } from "../../operation/operation.ts";
import { methodRow } from "../../operation/methods.ts";
import type { Outcome } from "../../operation/outcome.ts";
import * as semconv from "../../semconv.ts";
import { capturePolicy } from "../capture-policy.ts";
import { markEnded, openToSend, type Parents } from "./parents.ts";
import { departing } from "./propagation.ts";

/** A span and its context. */
export interface MessageSpan {
  readonly current: Context;
  readonly event: (name: string, attributes: AttributeValues) => void;
  end(outcome: Outcome): void;
}

/**
 * The span of a message that this process sends: a child of the active span.
 * @param narrowed whether the message is sent with only the baggage that may cross
 */
export function startClientSpan(
  operation: Operation,
  params: unknown,
  tracer: Tracer,
  config: McpConfig,
  narrowed: boolean,
): MessageSpan {
  const { parent: active, links } = openToSend(context.active());
  const parent = narrowed ? departing(active, config) : active;
  const outer = config.reuseExecuteTool ? executeToolSpan(parent, operation) : undefined;
  const attributes = attributesOf(operation, params, config);
  if (outer !== undefined) {
    outer.setAttributes(attributes);
    return messageSpan(outer, parent, operation, config, false);
  }
  const span = tracer.startSpan(operation.name, { kind: SpanKind.CLIENT, attributes, links }, parent);
  return messageSpan(span, trace.setSpan(parent, span), operation, config);
}

/**
 * The span of a message that this process receives. An ambient span that is not its parent, such as an HTTP server's,
 * is a link.
 */
export function startServerSpan(
  operation: Operation,
  params: unknown,
  { parent, ambient, offered }: Parents,
  tracer: Tracer,
  config: McpConfig,
): MessageSpan {
  const links = ambientLinks(operation, ambient, parent);
  if (offered !== undefined) links.push({ context: offered });
  const attributes = attributesOf(operation, params, config);
  const span = tracer.startSpan(
    operation.name,
    { kind: SpanKind.SERVER, attributes, links, ...startOf(operation) },
    parent,
  );
  return messageSpan(span, trace.setSpan(parent, span), operation, config);
}

function ambientLinks(operation: Operation, ambient: Context, parent: Context): Link[] {
  // On an MCP client, messages arrive in the context of the call or the start-up code that once opened the stream.
  // That is an accident of plumbing, not a cause; only a server's ambient context is the request being served.
  if (operation.role === "client") return [];
  const around = trace.getSpanContext(ambient);
  // The same where the message names no parent of its own.
  return around === undefined || around.spanId === trace.getSpanContext(parent)?.spanId
    ? []
    : [{ context: around }];
}

/** The time at which a message was seen that is reported later. */
function startOf({ since }: Operation): { startTime?: number } {
  return since === undefined ? {} : { startTime: performance.timeOrigin + since };
}

/** The attributes that are known at the beginning of a message, and its content as far as that may be recorded. */
function attributesOf(operation: Operation, params: unknown, config: McpConfig): AttributeValues {
  const attributes = visible(operation.attributes, config);
  return config.capture.size === 0
    ? attributes
    : { ...attributes, ...captureRequest(operation, params, capturePolicy(config)) };
}

/** @param owned whether mcp-otelkit names and ends the span */
function messageSpan(
  span: Span,
  current: Context,
  operation: Operation,
  config: McpConfig,
  owned = true,
): MessageSpan {
  return {
    current,
    event: (name, attributes) => void span.addEvent(name, attributes),
    end(outcome) {
      if (span.isRecording()) record(span, operation, outcome, config);
      if (owned && outcome.name !== undefined) span.updateName(outcome.name);
      if (!owned) return;
      span.end();
      markEnded(span);
    },
  };
}

function record(span: Span, operation: Operation, outcome: Outcome, config: McpConfig): void {
  const { errorType, statusCode, message, cancelled, thrown, result, attributes } = outcome;
  // Required attributes first: a span at its limit of attributes drops later ones.
  if (errorType !== undefined) span.setAttribute(semconv.ATTR_ERROR_TYPE, errorType);
  if (statusCode !== undefined) span.setAttribute(semconv.ATTR_RPC_RESPONSE_STATUS_CODE, statusCode);
  if (attributes !== undefined) span.setAttributes(visible(attributes, config));
  if (result !== undefined && config.capture.size > 0)
    span.setAttributes(captureResult(operation, result, capturePolicy(config)));
  // Only the class: MCP turns an error's message into tool output, which is content.
  if (thrown !== undefined) span.addEvent(semconv.EVENT_EXCEPTION, { [semconv.ATTR_EXCEPTION_TYPE]: thrown });
  if (cancelled === true) span.addEvent(semconv.EVENT_CANCELLED);
  if (errorType === undefined) return;
  const description =
    message !== undefined && mayTell(operation, config) ? redactMessage(message) : undefined;
  span.setStatus({ code: SpanStatusCode.ERROR, ...(description !== undefined && { message: description }) });
}

/**
 * The message of an error that the application's code threw is content, as the method table says. Servers repeat the
 * URI in their error messages: where the URI must not be on spans, the messages must not either.
 */
function mayTell(operation: Operation, config: McpConfig): boolean {
  return (
    config.errorMessage &&
    methodRow(operation.method).errorIsContent !== true &&
    (config.resourceUri === "full" || !Object.hasOwn(operation.attributes, semconv.ATTR_MCP_RESOURCE_URI))
  );
}

/** The attributes that {@link McpConfig.resourceUri} removes. */
const HIDDEN = {
  full: [],
  template: [semconv.ATTR_MCP_RESOURCE_URI],
  off: [semconv.ATTR_MCP_RESOURCE_URI, semconv.ATTR_MCP_RESOURCE_TEMPLATE],
} as const;

/** The attributes as the configuration allows them. */
function visible(attributes: AttributeValues, config: McpConfig): AttributeValues {
  const hidden = HIDDEN[config.resourceUri].filter((name) => Object.hasOwn(attributes, name));
  if (hidden.length === 0) return attributes;
  const rest = { ...attributes };
  for (const name of hidden) delete rest[name];
  return rest;
}

/** A GenAI `execute_tool` span that is already active for this tool call, if the SDK lets it be read. */
function executeToolSpan(active: Context, operation: Operation): Span | undefined {
  if (operation.attributes[semconv.ATTR_GEN_AI_OPERATION_NAME] === undefined) return undefined;
  const span = trace.getSpan(active);
  if (span === undefined || !span.isRecording() || !("attributes" in span)) return undefined;
  const { attributes } = span as { attributes: Readonly<Record<string, unknown>> };
  const sameTool = attributes[semconv.ATTR_GEN_AI_TOOL_NAME] === operation.target;
  const executes = attributes[semconv.ATTR_GEN_AI_OPERATION_NAME] === semconv.GEN_AI_OPERATION_EXECUTE_TOOL;
  return executes && sameTool ? span : undefined;
}
