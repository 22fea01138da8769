import { expect, it } from "vitest";
import {
  asHttp2,
  fromHttp2,
  requestFromHttp2,
  toHttp2,
  trailersToHttp2,
} from "../../src/wire/http/http2-headers.ts";

it("to HTTP/2 go all headers but those of one connection, in small letters", () => {
  const raw = [
    "Host",
    "a",
    "Connection",
    "keep-alive, X-Hop",
    "Keep-Alive",
    "timeout=5",
    "X-Hop",
    "1",
    "TE",
    "trailers",
  ];
  const more = [
    "Transfer-Encoding",
    "chunked",
    "Upgrade",
    "h2c",
    "Proxy-Connection",
    "a",
    "Accept",
    "b",
    "ACCEPT",
    "c",
  ];

  expect({ ...toHttp2([...raw, ...more]) }).toEqual({ host: "a", te: "trailers", accept: ["b", "c"] });
  expect({ ...toHttp2(["te", "gzip"]) }).toEqual({});
});

it("what Node does not repeat is one header, and cookies stay apart", () => {
  const raw = [
    "X-Content-Type-Options",
    "nosniff",
    "x-content-type-options",
    "nosniff",
    "Set-Cookie",
    "a",
    "set-cookie",
    "b",
  ];
  const once = Object.assign(new Error("twice"), { code: "ERR_HTTP2_HEADER_SINGLE_VALUE" });

  const sent = asHttp2(raw, (headers) => {
    if (Array.isArray(headers["x-content-type-options"])) throw once;
    return { ...headers };
  });

  expect(sent).toEqual({ "x-content-type-options": "nosniff, nosniff", "set-cookie": ["a", "b"] });
});

it("any other error of Node stays one", () => {
  expect(() =>
    asHttp2(["a", "b"], () => {
      throw new Error("other");
    }),
  ).toThrow("other");
});

it("from HTTP/2 comes one cookie, and the length that a header does not say", () => {
  const raw = [":method", "POST", "cookie", "a=1", "x", "1", "cookie", "b=2", "x", "2"];

  expect(fromHttp2(raw)).toEqual(raw.slice(2));
  expect(requestFromHttp2(raw, false)).toEqual(["cookie", "a=1; b=2", "x", "1", "x", "2"]);
  expect(requestFromHttp2(["x", "1"], true)).toEqual(["x", "1", "transfer-encoding", "chunked"]);
});

it("trailers of HTTP/1.1 that HTTP/2 forbids go", () => {
  expect(trailersToHttp2({ "x-end": "1", Connection: "close", none: undefined })).toEqual({ "x-end": "1" });
});
