import { expect, test } from "vitest";
import { freePorts } from "./ports.ts";

test("no port is handed out twice, and none that a kernel hands out", async () => {
  const seen: number[] = [];
  for (let round = 0; round < 200; round += 1)
    seen.push(...Object.values(await freePorts("one", "two", "three")));

  expect(new Set(seen).size).toBe(600);
  expect(Math.max(...seen)).toBeLessThan(32_768);
});
