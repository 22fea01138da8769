/** The parts of messages that are content, and their kinds: one row each. A part without a row is never captured. */

import type { CaptureKind } from "../settings/config.ts";
import * as semconv from "../semconv.ts";
import { describeContent, mapItems, type Budget } from "./content-blocks.ts";
import { inputMessages, outputMessages, systemInstructions } from "./genai-messages.ts";
import { ownNames, ownValue } from "./own-properties.ts";

/** One part of a message. */
export interface Part {
  readonly kind: CaptureKind;
  readonly attribute: string;
  /** The beginning of the `where` that the user's `redact` gets. */
  readonly where: string;
  /** Reads it from the params or the result, which may be anything; `undefined` where it is absent. */
  readonly pick: (message: unknown, budget: Budget) => unknown;
  /** `text`: a string is recorded without quotes. `each`: every name has its own attribute. Otherwise JSON. */
  readonly form?: "text" | "each";
}

type Parts = ReadonlyMap<string, readonly Part[]>;

function parts(...rows: readonly (readonly [method: string, ...Part[]])[]): Parts {
  return new Map(rows.map(([method, ...said]) => [method, said]));
}

/**
 * Revision 2026-07-28 asks model and user through the result of the client's own request, and gets the answers in its
 * next request.
 */
const ASKED: Part = {
  kind: "messages",
  attribute: semconv.ATTR_MCP_INPUT_REQUESTS,
  where: "input.requests",
  pick: (result, budget) => mapNames(ownValue(result, "inputRequests"), (asked) => pickAsked(asked, budget)),
};
const ANSWERED: Part = {
  kind: "messages",
  attribute: semconv.ATTR_MCP_INPUT_RESPONSES,
  where: "input.responses",
  pick: (params, budget) =>
    mapNames(ownValue(params, "inputResponses"), (answer) => pickAnswer(answer, budget)),
};

export const REQUEST_PARTS: Parts = parts(
  [
    "tools/call",
    {
      kind: "arguments",
      attribute: semconv.ATTR_GEN_AI_TOOL_CALL_ARGUMENTS,
      where: "arguments",
      pick: (params) => ownValue(params, "arguments"),
    },
    ANSWERED,
  ],
  [
    "prompts/get",
    {
      kind: "prompts",
      attribute: semconv.ATTR_GEN_AI_PROMPT_VARIABLE,
      where: "prompt.arguments",
      pick: (params) => ownValue(params, "arguments"),
      form: "each",
    },
    ANSWERED,
  ],
  ["resources/read", ANSWERED],
  [
    "sampling/createMessage",
    {
      kind: "messages",
      attribute: semconv.ATTR_GEN_AI_SYSTEM_INSTRUCTIONS,
      where: "sampling.system",
      pick: (params) => systemInstructions(ownValue(params, "systemPrompt")),
    },
    {
      kind: "messages",
      attribute: semconv.ATTR_GEN_AI_INPUT_MESSAGES,
      where: "sampling.input",
      pick: (params, budget) => inputMessages(ownValue(params, "messages"), budget),
    },
  ],
  [
    "elicitation/create",
    {
      kind: "messages",
      attribute: semconv.ATTR_MCP_ELICITATION_MESSAGE,
      where: "elicitation.message",
      pick: (params) => ownValue(params, "message"),
      form: "text",
    },
  ],
);

export const RESULT_PARTS: Parts = parts(
  [
    "tools/call",
    {
      kind: "results",
      attribute: semconv.ATTR_GEN_AI_TOOL_CALL_RESULT,
      where: "result",
      pick: pickToolResult,
    },
    ASKED,
  ],
  [
    "prompts/get",
    {
      kind: "prompts",
      attribute: semconv.ATTR_MCP_PROMPT_MESSAGES,
      where: "prompt.messages",
      pick: (result, budget) =>
        mapItems(ownValue(result, "messages"), budget, (message) => ({
          role: ownValue(message, "role"),
          content: describeContent(ownValue(message, "content"), budget),
        })),
    },
    ASKED,
  ],
  ["resources/read", ASKED],
  [
    "sampling/createMessage",
    {
      kind: "messages",
      attribute: semconv.ATTR_GEN_AI_OUTPUT_MESSAGES,
      where: "sampling.output",
      pick: outputMessages,
    },
  ],
  [
    "elicitation/create",
    {
      kind: "messages",
      attribute: semconv.ATTR_MCP_ELICITATION_CONTENT,
      where: "elicitation.content",
      pick: (result) => ownValue(result, "content"),
    },
  ],
);

/** The data of a `notifications/message`. */
export const LOG_DATA = {
  kind: "messages",
  where: "log.data",
  pick: (params: unknown) => ownValue(params, "data"),
} as const;

/** What the tool returns to the model; not `_meta`, which is for programs. */
function pickToolResult(result: unknown, budget: Budget): unknown {
  const content = describeContent(ownValue(result, "content"), budget);
  const structuredContent = ownValue(result, "structuredContent");
  if (content === undefined && structuredContent === undefined) return undefined;
  return { content, structuredContent, isError: ownValue(result, "isError") };
}

/** Sampling and elicitation; a request for the client's roots is neither. */
function pickAsked(asked: unknown, budget: Budget): unknown {
  const method = ownValue(asked, "method");
  const params = ownValue(asked, "params");
  if (method === "elicitation/create") return { method, message: ownValue(params, "message") };
  if (method !== "sampling/createMessage") return { method };
  return {
    method,
    system: systemInstructions(ownValue(params, "systemPrompt")),
    messages: inputMessages(ownValue(params, "messages"), budget),
  };
}

/** An answer does not name its question, but a list of roots has neither a role nor an action. */
function pickAnswer(answer: unknown, budget: Budget): unknown {
  const action = ownValue(answer, "action");
  if (typeof action === "string") return { action, content: ownValue(answer, "content") };
  return typeof ownValue(answer, "role") === "string" ? outputMessages(answer, budget) : {};
}

/** More questions than any server asks at once. */
const MAX_QUESTIONS = 32;

function mapNames(holder: unknown, map: (item: unknown) => unknown): unknown {
  if (typeof holder !== "object" || holder === null) return undefined;
  const names = (ownNames(holder) ?? []).slice(0, MAX_QUESTIONS);
  return Object.fromEntries(names.map((name) => [name, map(ownValue(holder, name))]));
}
