// A message whose HTTP request names a parent, and whose `_meta` does not: the parent counts, whatever carries the request and
// whoever instruments HTTP, or nobody does.
import { expect, it } from "vitest";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { PRELOAD, runProgram } from "./program.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const NO_HTTP = { OTEL_NODE_DISABLED_INSTRUMENTATIONS: "http" };
const OWN_SDK = ["--import", "./user-sdk-preload.mjs"];
const TRACES_ALONE = { USER_SIGNAL: "traces" }; // no propagator, no context manager, no instrumentation of HTTP

it.each<[string, string[], Record<string, string>]>([
  ["HTTP/1.1", [...PRELOAD, "header-parent.mjs", "HTTP/1.1"], {}],
  ["HTTP/1.1, http disabled", [...PRELOAD, "header-parent.mjs", "HTTP/1.1"], NO_HTTP],
  ["HTTP/1.1, an SDK of one's own", [...OWN_SDK, ...PRELOAD, "header-parent.mjs", "HTTP/1.1"], TRACES_ALONE],
  ["HTTP/2", [...PRELOAD, "header-parent.mjs", "HTTP/2"], {}],
  ["HTTP/2, http disabled", [...PRELOAD, "header-parent.mjs", "HTTP/2"], NO_HTTP],
  ["HTTP/2, an SDK of one's own", [...OWN_SDK, ...PRELOAD, "header-parent.mjs", "HTTP/2"], TRACES_ALONE],
])("over %s", async (_what, words, env) => {
  const receiver = await startOtlpReceiver();
  try {
    const ended = await runProgram(words, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env } });

    expect([ended.code, ended.stdout]).toEqual([0, "pong"]);
    const call = receiver.spans().find(({ kind, name }) => kind === "SERVER" && name === "tools/call ping");
    expect(call?.traceId).toBe(TRACE);
  } finally {
    await receiver.close();
  }
});
