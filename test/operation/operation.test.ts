import { describe, expect, it } from "vitest";
import { createConnection, type Connection } from "../../src/operation/connection.ts";
import { createKnownNames } from "../../src/operation/known-names.ts";
import { describeOperation, describeProgress, type Operation } from "../../src/operation/operation.ts";

const known = createKnownNames();
known.learn("tool", "add");
known.learn("prompt", "greet");

function describeCall(method: string, params: object = {}, { connection = bare() } = {}): Operation {
  return describeOperation({ jsonrpc: "2.0", id: 7, method, params }, "server", connection, known);
}

function bare(): Connection {
  return createConnection("server", {}, () => undefined);
}

describe("name", () => {
  it("is the method and the tool or prompt that is known [span.name.target]", () => {
    expect(describeCall("tools/call", { name: "add" }).name).toBe("tools/call add");
    expect(describeCall("prompts/get", { name: "greet" }).name).toBe("prompts/get greet");
  });

  it("is the method alone without a known target [span.name.method, cardinality.span-name]", () => {
    expect(describeCall("tools/call", { name: "invented" }).name).toBe("tools/call");
    expect(describeCall("tools/call", { name: "greet" }).name).toBe("tools/call"); // a prompt, not a tool
    expect(describeCall("tools/call").name).toBe("tools/call");
    expect(describeCall("tools/list", { name: "add" }).name).toBe("tools/list");
  });

  it("is never a URI [span.name.no-uri]", () => {
    for (const method of [
      "resources/read",
      "resources/subscribe",
      "resources/unsubscribe",
      "notifications/resources/updated",
    ]) {
      expect(describeCall(method, { uri: "note:///1" }).name).toBe(method);
    }
  });
});

describe("attributes", () => {
  it("name the method always [attr.mcp.method.name]", () => {
    expect(describeCall("demo/own").attributes["mcp.method.name"]).toBe("demo/own");
  });

  it("name the tool, known or not, and only on tools/call say execute_tool [attr.gen_ai.tool.name, attr.gen_ai.operation.name]", () => {
    const of = (method: string, name: unknown) => {
      const { attributes } = describeCall(method, { name });
      return [
        attributes["gen_ai.tool.name"],
        attributes["gen_ai.operation.name"],
        attributes["gen_ai.prompt.name"],
      ];
    };
    expect(of("tools/call", "add")).toEqual(["add", "execute_tool", undefined]);
    expect(of("tools/call", "invented")).toEqual(["invented", "execute_tool", undefined]);
    expect(of("tools/call", 7)).toEqual([undefined, "execute_tool", undefined]);
    expect(of("tools/list", "add")).toEqual([undefined, undefined, undefined]);
    expect(of("prompts/get", "invented")).toEqual([undefined, undefined, "invented"]);
  });

  it("name the prompt [attr.gen_ai.prompt.name]", () => {
    expect(describeCall("prompts/get", { name: "greet" }).attributes["gen_ai.prompt.name"]).toBe("greet");
  });

  it("name the resource where the message is about one [attr.mcp.resource.uri]", () => {
    const uriOf = (method: string) =>
      describeCall(method, { uri: "https://me:word@host/a?key=1" }).attributes["mcp.resource.uri"];
    for (const method of [
      "resources/read",
      "resources/subscribe",
      "resources/unsubscribe",
      "notifications/resources/updated",
    ]) {
      expect(uriOf(method)).toBe("https://host/a?key=REDACTED");
    }
    expect(uriOf("tools/call")).toBeUndefined();
    expect(uriOf("demo/own")).toBeUndefined();
  });

  it("hold the request's id as a string; a notification has none [attr.jsonrpc.request.id]", () => {
    const idOf = (message: object) =>
      describeOperation({ method: "ping", ...message }, "server", bare(), known).attributes[
        "jsonrpc.request.id"
      ];
    expect([0, "", "a", 1.5].map((id) => idOf({ id }))).toEqual(["0", "", "a", "1.5"]);
    expect(idOf({})).toBeUndefined();
  });

  it("hold the JSON-RPC version only when it is not 2.0 [attr.jsonrpc.protocol.version]", () => {
    const versionOf = (jsonrpc: unknown) =>
      describeOperation({ jsonrpc, method: "ping" }, "server", bare(), known).attributes[
        "jsonrpc.protocol.version"
      ];
    expect([versionOf("2.0"), versionOf("1.0"), versionOf(2)]).toEqual([undefined, "1.0", undefined]);
  });

  it("are cut where a peer wrote a novel", () => {
    const { attributes } = describeOperation(
      { id: "i".repeat(9999), method: "m".repeat(9999) },
      "server",
      bare(),
      known,
    );
    expect(Object.values(attributes).map((value) => String(value).length)).toEqual([256, 256]);
  });

  it("say nothing of arguments and content [privacy.arguments]", () => {
    const secret = "a secret of the user's";
    const params = {
      name: "add",
      arguments: { a: secret },
      uri: undefined,
      message: secret,
      messages: [secret],
      data: secret,
      ref: { name: secret },
    };
    for (const method of [
      "tools/call",
      "prompts/get",
      "completion/complete",
      "sampling/createMessage",
      "elicitation/create",
      "notifications/message",
    ]) {
      expect(JSON.stringify(describeCall(method, params))).not.toContain(secret);
    }
  });
});

it("a log message is no span [notification.message]", () => {
  expect(describeCall("notifications/message").signal).toBe("log");
  expect(describeCall("notifications/resources/updated").signal).toBe("span");
});

it("progress is recorded in numbers only [notification.progress]", () => {
  expect(describeProgress({ progress: 0, total: 3, message: "half way to the secret" })).toEqual({
    "mcp.progress.value": 0,
    "mcp.progress.total": 3,
  });
  expect(describeProgress({ progress: "1", total: null })).toEqual({});
});
