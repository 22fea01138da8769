// Only what the HTTP instrumentation itself writes is cleaned: what the application says on its span stays.
import { expect, it } from "vitest";
import { PRELOAD, traceProgram } from "./program.ts";

it("what the application says on its own HTTP span is there, and what a header says is not", async () => {
  const { spans, code } = await traceProgram([...PRELOAD, "own-http-span.mjs"]);

  expect(code).toBe(0);
  const served = spans.find(({ kind }) => kind === "SERVER");
  expect(served).toMatchObject({
    status: { code: "ERROR", message: "the database is full" },
    attributes: { "client.address": "203.0.113.7", "error.type": "pool is empty" },
  });
  expect(served?.events.map(({ attributes }) => attributes["exception.message"])).toEqual([
    "no connection is left",
  ]);
  expect(spans.flatMap(({ attributes }) => Object.values(attributes))).not.toContain("SECRET");
});
