/**
 * Converts MCP's sampling messages to the form of the GenAI conventions, for tools that read `gen_ai.input.messages`.
 * Only the form changes: the values are parts of the original message, and may be anything.
 * Source: `open-telemetry/semantic-conventions-genai`, gen-ai-input-messages.json and gen-ai-output-messages.json.
 */

import { describeBlock, describeContent, describeSize, mapItems, type Budget } from "./content-blocks.ts";
import { lengthOf, ownValue } from "./own-properties.ts";

/** `params.messages` of `sampling/createMessage`. */
export function inputMessages(messages: unknown, budget: Budget): unknown {
  return mapItems(messages, budget, (message) => describeMessage(message, budget));
}

/** The result of `sampling/createMessage`: one message. */
export function outputMessages(result: unknown, budget: Budget): unknown {
  if (ownValue(result, "content") === undefined) return undefined;
  const reason = ownValue(result, "stopReason");
  return [{ ...describeMessage(result, budget), finish_reason: FINISH_REASONS.get(reason) ?? reason }];
}

/** `params.systemPrompt` of `sampling/createMessage`. */
export function systemInstructions(prompt: unknown): unknown {
  return prompt === undefined ? undefined : [{ type: "text", content: prompt }];
}

function describeMessage(message: unknown, budget: Budget): object {
  const content = ownValue(message, "content");
  const describe = (block: unknown): unknown => describePart(block, budget);
  return {
    role: ownValue(message, "role"),
    parts: lengthOf(content) === undefined ? [describe(content)] : mapItems(content, budget, describe),
  };
}

function describePart(block: unknown, budget: Budget): unknown {
  return PARTS.get(ownValue(block, "type"))?.(block, budget) ?? describeBlock(block);
}

type Describe = (block: unknown, budget: Budget) => object;

/** One row per type of content block that MCP knows in sampling. */
const PARTS: ReadonlyMap<unknown, Describe> = new Map<unknown, Describe>([
  ["text", (block) => ({ type: "text", content: ownValue(block, "text") })],
  ["image", describeBlob],
  ["audio", describeBlob],
  [
    "tool_use",
    (block) => ({
      type: "tool_call",
      id: ownValue(block, "id"),
      name: ownValue(block, "name"),
      arguments: ownValue(block, "input"),
    }),
  ],
  [
    "tool_result",
    (block, budget) => ({
      type: "tool_call_response",
      id: ownValue(block, "toolUseId"),
      response: describeContent(ownValue(block, "content"), budget),
    }),
  ],
]);

function describeBlob(block: unknown): object {
  return {
    type: "blob",
    modality: ownValue(block, "type"),
    mime_type: ownValue(block, "mimeType"),
    content: describeSize(ownValue(block, "data")),
  };
}

const FINISH_REASONS: ReadonlyMap<unknown, string> = new Map([
  ["endTurn", "stop"],
  ["stopSequence", "stop"],
  ["maxTokens", "length"],
  ["toolUse", "tool_call"],
]);
