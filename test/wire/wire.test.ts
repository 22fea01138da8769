import { afterAll, describe, expect, test } from "vitest";
import { describeCell, type Cell } from "../matrix/cells.ts";
import { strayLines } from "../matrix/judge.ts";
import { createSandboxes, type Platform } from "../matrix/run-cell.ts";
import type { NodeMajor } from "../support/homes.ts";
import { checkCell, checkStdout } from "./check-cell.ts";
import { differencesOf } from "./compare.ts";
import { STDOUT_SETTINGS } from "./stdout-settings.ts";
import { isSameMessage } from "./trace-keys.ts";

const TRACE = '"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"';

describe("a message with a trace is the one without", () => {
  test.each([
    [
      '{"id":1,"params":{"name":"add","_meta":{"progressToken":1}}}',
      `{"id":1,"params":{"name":"add","_meta":{${TRACE},"progressToken":1}}}`,
    ],
    ['{"id":1,"params":{"name":"add"}}', `{"id":1,"params":{"name":"add","_meta":{${TRACE}}}}`],
    ['{"id":1,"params":{"_meta":{}}}', `{"id":1,"params":{"_meta":{${TRACE}}}}`],
    ['{"id":1,"params":{}}', `{"id":1,"params":{"_meta":{${TRACE}}}}`],
    ['{"id":1}', `{"id":1,"params":{"_meta":{${TRACE}}}}`],
    ["data: not json", "data: not json"],
  ])("%s", (plain, preloaded) => {
    expect(isSameMessage(plain, preloaded)).toBe(true);
  });

  test.each([
    ["another key in _meta", '{"id":1}', `{"id":1,"params":{"_meta":{${TRACE},"span":1}}}`],
    ["an emptied _meta left behind", '{"id":1}', '{"id":1,"params":{"_meta":{}}}'],
    [
      "another order of keys",
      '{"id":1,"params":{"a":1,"b":2}}',
      `{"id":1,"params":{"b":2,"a":1,"_meta":{${TRACE}}}}`,
    ],
    ["another result", '{"id":1,"result":{"a":1}}', '{"id":1,"result":{"a":2}}'],
    ["a trace elsewhere than in params._meta", '{"id":1,"params":{}}', `{"id":1,"params":{${TRACE}}}`],
  ])("unless there is %s", (_, plain, preloaded) => {
    expect(isSameMessage(plain, preloaded)).toBe(false);
  });

  test("a recording with a message more is another one", () => {
    const plain = [{ name: "to server 0", lines: ["a"] }];
    expect(differencesOf(plain, [{ name: "to server 0", lines: ["a", "b"] }])).toEqual([
      "to server 0: 1 lines without, 2 with",
    ]);
  });

  test("a line that is not JSON-RPC, or not ended, does not belong on stdout", () => {
    expect(strayLines('{"jsonrpc":"2.0","id":1,"result":{}}\nhello\n{"a":1}\n{"jsonrpc":')).toEqual([
      "hello",
      '{"a":1}',
      '{"jsonrpc":',
    ]);
  });
});

// The rest of them: `npm run prove -- wire`.
const CELLS: Cell[] = [
  { sdk: "v1-oldest", format: "mjs", way: "stdio" },
  { sdk: "v1-latest", format: "mjs", way: "http-session" },
  { sdk: "v2-latest", format: "cjs", way: "stdio" },
];

describe("on the wire, with and without the preload", { tags: ["slow"] }, () => {
  const platform: Platform = {
    node: Number(process.versions.node.split(".")[0]) as NodeMajor,
    otel: "otel-2",
    protocol: "http/json",
  };
  const sandboxes = createSandboxes();
  afterAll(() => sandboxes.remove());

  test.each(CELLS.map((cell) => ({ title: describeCell(cell), cell })))(
    "$title: the same bytes",
    async ({ cell }) => {
      const { differences, traced } = await checkCell(cell, platform, await sandboxes.of(cell.sdk));

      expect(differences).toEqual([]);
      expect(traced).toBeGreaterThan(20);
    },
  );

  test.each(STDOUT_SETTINGS.filter(({ title }) => title.endsWith("and all")).slice(0, 2))(
    "$title: nothing but protocol on stdout",
    async (setting) => {
      const { differences } = await checkStdout(
        { sdk: "v1-latest", format: "mjs", way: "stdio" },
        platform,
        await sandboxes.of("v1-latest"),
        setting,
      );

      expect(differences).toEqual([]);
    },
  );
});
