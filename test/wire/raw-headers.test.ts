import { expect, it } from "vitest";
import { forwardedHeaders } from "../../src/wire/http/raw-headers.ts";

const CONTEXT = { traceparent: "00-1-2-01" };

it("leaves everything where it is, but for the host", () => {
  const raw = ["Accept", "a", "hOST", "here:1", "accept", "b", "X-Ünfug", "ä"];

  expect(forwardedHeaders(raw, "there:2", undefined, {})).toEqual([
    "Accept",
    "a",
    "hOST",
    "there:2",
    "accept",
    "b",
    "X-Ünfug",
    "ä",
  ]);
});

it("replaces trace context in its place, or adds it, and the state that belonged to the old one goes", () => {
  expect(forwardedHeaders(["Traceparent", "old", "tracestate", "x=1", "host", "a"], "b", 7, CONTEXT)).toEqual(
    ["Traceparent", "00-1-2-01", "host", "b"],
  );
  expect(
    forwardedHeaders(["host", "a"], "b", undefined, { ...CONTEXT, tracestate: "y=2", other: 5 }),
  ).toEqual(["host", "b", "traceparent", "00-1-2-01", "tracestate", "y=2"]);
});

it("says the new length where there was one", () => {
  expect(forwardedHeaders(["Host", "a", "Content-Length", "5"], "b", 77, {})).toEqual([
    "Host",
    "b",
    "Content-Length",
    "77",
  ]);
  expect(forwardedHeaders(["Host", "a", "Transfer-Encoding", "chunked"], "b", 77, {})).toEqual([
    "Host",
    "b",
    "Transfer-Encoding",
    "chunked",
  ]);
});

it("passes on no offer to speak something else", () => {
  const offer = ["Connection", "Upgrade, HTTP2-Settings", "Upgrade", "h2c", "HTTP2-Settings", "AAA"];

  expect(forwardedHeaders(["Host", "a", ...offer, "Accept", "c"], "b", undefined, {})).toEqual([
    "Host",
    "b",
    "Accept",
    "c",
  ]);
});

it("names the host where the client did not", () => {
  expect(forwardedHeaders([], "b", undefined, {})).toEqual(["Host", "b"]);
});
