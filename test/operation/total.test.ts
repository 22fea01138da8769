import { expect, it } from "vitest";
import {
  createConnection,
  describeConnection,
  learnFromRequest,
  learnFromResult,
  learnVersion,
} from "../../src/operation/connection.ts";
import { createKnownNames } from "../../src/operation/known-names.ts";
import { describeMessage, metaOf, paramsOf, progressTokenOf } from "../../src/operation/message.ts";
import { describeOperation, describeProgress, type Side } from "../../src/operation/operation.ts";
import { asksForInput, describeRejection, describeResponse } from "../../src/operation/outcome.ts";
import { HOSTILE, hostileMessages } from "./hostile.ts";

const named = HOSTILE.map((value, at) => [`${at}: ${typeof value}`, value] as const);

it.each(named)("everything can be described, whatever value is in its place (%s)", (_name, value) => {
  const described = (["client", "server"] as const).flatMap((side) =>
    hostileMessages(value).flatMap((message) => describeAll(message, side, value)),
  );
  const errors = [
    value,
    { code: value, name: value, message: value, data: value, status: value, constructor: value },
  ];
  const outcomes = errors.flatMap((error) => [
    describeRejection(error, true),
    describeRejection(error, false),
  ]);

  expect(described.length).toBeGreaterThan(50);
  expect([...described, ...outcomes].filter((record) => !plain(record))).toEqual([]);
});

/** Everything that mcp-otelkit's functions make of a message. */
function describeAll(message: unknown, side: Side, version: unknown): object[] {
  const connection = createConnection(side, {}, () => undefined);
  learnVersion(connection, version);
  const seen = describeMessage(message);
  if (seen === undefined) return [describeConnection(connection, side)];
  if (seen.kind === "response") {
    learnFromResult(connection, "initialize", seen.message["result"]);
    learnFromResult(connection, "tools/list", seen.message["result"]);
    return [
      describeResponse(seen.message, side),
      { round: asksForInput(seen.message) },
      describeConnection(connection, side),
    ];
  }
  learnFromRequest(connection, seen.message);
  const { attributes, name } = describeOperation(seen.message, side, connection, createKnownNames());
  const token = progressTokenOf(seen.message);
  const progress = describeProgress(paramsOf(seen.message) ?? {});
  return [
    attributes,
    { name },
    progress,
    { token: typeof token, meta: typeof metaOf(paramsOf(seen.message)) },
    describeConnection(connection, side),
  ];
}

it("nothing of it reaches a prototype", () => {
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

/** Only values that a span can hold, and no megabytes. */
function plain(record: object): boolean {
  return Object.values(record).every(
    (value) =>
      (typeof value === "string" && value.length < 2000) ||
      ["number", "boolean"].includes(typeof value) ||
      (typeof value === "object" && plain(value as object)),
  );
}
