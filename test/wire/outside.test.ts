// Conversations of real SDKs through `run` and `proxy`, byte for byte. The rest of them: `npm run prove -- outside`.
import { afterAll, expect, it } from "vitest";
import { describeCell, type Cell } from "../matrix/cells.ts";
import { createSandboxes, type Platform } from "../matrix/run-cell.ts";
import type { NodeMajor } from "../support/homes.ts";
import { checkOutside } from "./check-outside.ts";

const CELLS: Cell[] = [
  { sdk: "v1-latest", format: "mjs", way: "stdio" },
  { sdk: "v1-latest", format: "cjs", way: "http-session" },
];
const platform: Platform = {
  node: Number(process.versions.node.split(".")[0]) as NodeMajor,
  otel: "otel-2",
  protocol: "http/protobuf",
};
const sandboxes = createSandboxes();
afterAll(() => sandboxes.remove());

it.each(CELLS.map((cell) => [describeCell(cell), cell] as const))(
  "%s: the same bytes",
  async (_title, cell) => {
    const { differences, traced, spans } = await checkOutside(cell, platform, await sandboxes.of(cell.sdk));

    expect(differences).toEqual([]);
    expect(traced).toBeGreaterThan(0);
    expect(spans).toBeGreaterThan(traced);
  },
);
