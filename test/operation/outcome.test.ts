import { describe, expect, it } from "vitest";
import { classNameOf } from "../../src/operation/class-name.ts";
import { asksForInput, describeRejection, describeResponse, isTimeout } from "../../src/operation/outcome.ts";

const result = (value: unknown) => ({ jsonrpc: "2.0", id: 1, result: value });
const error = (code: unknown, message: unknown = "no") => ({
  jsonrpc: "2.0",
  id: 1,
  error: { code, message },
});

describe("a response", () => {
  it("with a result is no error [outcome.result]", () => {
    for (const value of [{}, { isError: false }, { isError: "true" }, null, "text"]) {
      expect(describeResponse(result(value), "client")).toEqual({});
      expect(describeResponse(result(value), "server")).toEqual({});
    }
  });

  it("with isError is a tool error on both sides, and none of its text is kept [outcome.tool-error]", () => {
    const failed = result({ isError: true, content: [{ type: "text", text: "secret" }] });
    expect(describeResponse(failed, "client")).toEqual({ errorType: "tool_error" });
    expect(describeResponse(failed, "server")).toEqual({ errorType: "tool_error" });
  });

  it("that asks for input is no error [outcome.input-required]", () => {
    const round = result({ resultType: "input_required", inputRequests: {} });
    expect(describeResponse(round, "client")).toEqual({});
    expect(asksForInput(round)).toBe(true);
    expect(asksForInput(result({ resultType: "complete" }))).toBe(false);
  });

  it.each([-32700, -32600, -32601, -32602, -32002])(
    "with %j blames the caller [outcome.caller-was-wrong]",
    (code) => {
      expect(describeResponse(error(code), "client")).toEqual({
        errorType: String(code),
        statusCode: String(code),
        message: "no",
      });
      expect(describeResponse(error(code), "server")).toEqual({ statusCode: String(code), message: "no" });
    },
  );

  it.each([-32603, -32000, -32001, -32042, -32020, -32021, -32022, 0, 404, 1.5])(
    "with %j is an error on both sides [outcome.other-code, attr.rpc.response.status_code]",
    (code) => {
      const both = { errorType: String(code), statusCode: String(code), message: "no" };
      expect(describeResponse(error(code), "client")).toEqual(both);
      expect(describeResponse(error(code), "server")).toEqual(both);
    },
  );

  it.each([
    ["server/discover", -32601, undefined],
    ["server/discover", -32022, undefined],
    ["initialize", -32602, { supported: ["2025-06-18"], requested: "2026-07-28" }],
  ])("to %s with %j is how two revisions find each other [outcome.negotiated]", (method, code, data) => {
    const declined = { id: 1, error: { code, message: "no", data } };
    for (const side of ["client", "server"] as const)
      expect(describeResponse(declined, side, method)).toEqual({
        statusCode: String(code),
        negotiated: true,
      });
  });

  it.each([
    ["tools/list", -32601],
    ["initialize", -32602],
    ["server/discover", -32603],
  ])("to %s with %j is an error of the client's as any other", (method, code) => {
    expect(describeResponse(error(code), "client", method)).toMatchObject({ errorType: String(code) });
  });

  it("with an error that is none is still an error", () => {
    for (const broken of [{ error: null }, { error: "text" }, { error: {} }, { error: { code: "-32602" } }]) {
      expect(describeResponse({ id: 1, ...broken }, "server")).toEqual({ errorType: "_OTHER" });
    }
  });
});

describe("a rejection without a response", () => {
  const sdkError = (code: unknown) => Object.assign(new Error("no"), { code });
  const http = (className: string, fields: object) => {
    const HttpError = { [className]: class extends Error {} }[className] as new (message: string) => Error;
    return Object.assign(new HttpError("Error POSTing to endpoint (HTTP 502): <html>"), fields);
  };

  it("by timeout [outcome.timeout]", () => {
    expect(describeRejection(sdkError(-32001), false)).toEqual({ errorType: "timeout" });
    expect(describeRejection(sdkError("REQUEST_TIMEOUT"), false)).toEqual({ errorType: "timeout" });
  });

  it("by the caller, whatever the SDK makes of the reason [outcome.cancelled.client]", () => {
    for (const reason of [sdkError(-32001), sdkError("REQUEST_TIMEOUT"), "changed my mind", undefined]) {
      expect(describeRejection(reason, true)).toEqual({ errorType: "cancelled" });
    }
  });

  it("by the end of the connection [outcome.connection-closed]", () => {
    expect(describeRejection(sdkError(-32000), false)).toEqual({ errorType: "connection_closed" });
    expect(describeRejection(sdkError("CONNECTION_CLOSED"), false)).toEqual({
      errorType: "connection_closed",
    });
  });

  it.each([
    ["StreamableHTTPError", { code: 503 }, "503"],
    ["SseError", { code: 404 }, "404"],
    ["SdkHttpError", { status: 429 }, "429"],
    ["SdkHttpError", { data: { status: 500, text: "<html>oops" } }, "500"],
    ["Error", {}, "502"], // v1's SSE transport, and its HTTP one up to 1.20: only in the message
    ["UnauthorizedError", {}, "401"],
  ])("by HTTP, %s %j [outcome.http-refused]", (className, fields, errorType) => {
    const refused =
      className === "Error"
        ? new Error("Error POSTing to endpoint (HTTP 502): <html>")
        : http(className, fields);
    expect(describeRejection(refused, false)).toEqual({ errorType });
  });

  it("by HTTP with a JSON-RPC answer in its body, which counts [outcome.http-refused]", () => {
    const text = JSON.stringify(error(-32601, "Method not found"));
    expect(describeRejection(http("SdkHttpError", { data: { status: 404, text } }), false)).toEqual({
      errorType: "-32601",
      statusCode: "-32601",
      message: "Method not found",
    });
    for (const other of [
      '{"id":null,"error":{"code":-32600}}',
      "{",
      "null",
      `{"id":1,"error":{"code":1},"x":"${"x".repeat(70_000)}"}`,
    ]) {
      expect(describeRejection(http("SdkHttpError", { data: { status: 400, text: other } }), false)).toEqual({
        errorType: "400",
      });
    }
  });

  it("by anything else: its class, never its message [outcome.class-name]", () => {
    class ZodError extends Error {}
    expect(describeRejection(new ZodError("secret"), false)).toEqual({ errorType: "ZodError" });
    expect(describeRejection(new TypeError("secret"), false)).toEqual({ errorType: "TypeError" });
    expect(describeRejection({ name: "a user's text" }, false)).toEqual({ errorType: "_OTHER" });
    expect(describeRejection(Object.assign(new Error("secret"), { name: "Other" }), false)).toEqual({
      errorType: "Error",
    });
    for (const odd of ["text", undefined, null, {}, []])
      expect(describeRejection(odd, false)).toEqual({ errorType: "_OTHER" });
  });
});

it("the name of a class is bounded", () => {
  const name = "N".repeat(9999);
  const Long = {
    [name]: class {
      readonly long = true;
    },
  }[name] as new () => object;
  expect(classNameOf(new Long())).toHaveLength(128);
});

describe("a rejection", () => {
  const because = (signal: AbortSignal) =>
    describeRejection(new Error("aborted"), isTimeout(signal.reason) ? "timeout" : true);

  it("by AbortSignal.timeout is a timeout, by the caller a cancellation [outcome.timeout]", async () => {
    const timeout = AbortSignal.timeout(0);
    await new Promise((resolve) => timeout.addEventListener("abort", resolve));
    expect(because(timeout)).toEqual({ errorType: "timeout" });
    expect(because(AbortSignal.any([timeout]))).toEqual({ errorType: "timeout" });
    expect(because(AbortSignal.abort())).toEqual({ errorType: "cancelled" });
    expect(describeRejection(timeout.reason, false)).toEqual({ errorType: "timeout" });
  });

  it("of server/discover by HTTP is a negotiation, unless it is about who asks [outcome.negotiated]", () => {
    const refused = (status: number) =>
      Object.assign(new (class SdkHttpError extends Error {})("no"), { status });
    expect(describeRejection(refused(404), false, "server/discover")).toEqual({ negotiated: true });
    expect(describeRejection(refused(401), false, "server/discover")).toEqual({ errorType: "401" });
    expect(describeRejection(refused(404), false, "tools/list")).toEqual({ errorType: "404" });
  });
});
