// Over Streamable HTTP a transport resolves for answers that it could not send: what counts is whether anybody can have got them.
import { expect, it } from "vitest";
import { PRELOAD, traceProgram } from "./program.ts";

it("an answer that nobody got is no success", async () => {
  const { code, spans } = await traceProgram([...PRELOAD, "unsent-http.mjs"]);

  expect(code).toBe(0);
  const ended = spans
    .filter(({ kind, name }) => kind === "SERVER" && name.startsWith("tools/call"))
    .map(({ name, attributes }) => [name, attributes["error.type"]]);
  expect(ended).toEqual([
    ["tools/call arrives", undefined],
    ["tools/call arrives", undefined],
    ["tools/call unwritable", "TypeError"],
    ["tools/call late", "connection_closed"],
    ["tools/call elsewhere", undefined],
  ]);
});
