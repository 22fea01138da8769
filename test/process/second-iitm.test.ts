// import-in-the-middle has one channel per copy, and of two copies in a process only one is heard. Ours needs none.
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { home, installedPackage, nodeBinary } from "../support/homes.ts";
import { createSandbox } from "../support/sandbox.ts";
import { chainsOf, CONVERSATION } from "./chains.ts";
import { PRELOAD, traceProgram } from "./program.ts";
import { describeVariants } from "../support/variants.ts";

const SEEN = "import-in-the-middle wrapped the SDK\n";

const THIS_NODE = () => Promise.resolve(process.execPath);
const NODE_24 = () => nodeBinary(24);

const ORDERS: [string, string, () => Promise<string>, string[]][] = [
  [
    "OpenTelemetry's loader before us",
    "this Node",
    THIS_NODE,
    ["--import", "./iitm-otel.mjs", ...PRELOAD, "v1.mjs"],
  ],
  [
    "OpenTelemetry's loader after us",
    "this Node",
    THIS_NODE,
    [...PRELOAD, "--import", "./iitm-otel.mjs", "v1.mjs"],
  ],
  [
    "OpenTelemetry's loader before us",
    "Node 24",
    NODE_24,
    ["--import", "./iitm-otel.mjs", ...PRELOAD, "v2.mjs"],
  ],
  [
    "OpenTelemetry's loader after us",
    "Node 24",
    NODE_24,
    [...PRELOAD, "--import", "./iitm-otel.mjs", "v1.mjs"],
  ],
  ["synchronous hooks before us", "Node 24", NODE_24, ["--import", "./iitm-sync.mjs", ...PRELOAD, "v1.mjs"]],
  ["synchronous hooks after us", "Node 24", NODE_24, [...PRELOAD, "--import", "./iitm-sync.mjs", "v2.mjs"]],
];

describeVariants(ORDERS, { concurrent: true }, (_what, _where, node, words) => {
  it("both see the SDK", async () => {
    const { stdout, stderr, spans } = await traceProgram(words, { node: await node() });

    expect(stdout).toBe("2 + 3 = 5\n");
    expect(stderr).toContain(SEEN);
    expect(chainsOf(spans)).toEqual(CONVERSATION);
  });
});

const COPIES: [string, () => Promise<string>, string][] = [
  ["this Node", THIS_NODE, "./iitm-hook.mjs"],
  ["Node 24", NODE_24, "./iitm-sync.mjs"],
];

describeVariants(COPIES, { concurrent: true }, (_where, node, hook) => {
  it("another installation's copy sees it as well", async () => {
    const sandbox = await createSandbox("process", "sdk-v1-latest", "otel-2");
    try {
      const copy = sandbox.path("node_modules", "import-in-the-middle");
      rmSync(copy, { recursive: true });
      cpSync(join(await home("otel-2"), "node_modules", "import-in-the-middle"), copy, { recursive: true });
      const preload = ["--import", await installedPackage("otel-2")];

      for (const order of [
        ["--import", hook, ...preload],
        [...preload, "--import", hook],
      ]) {
        const { stderr, spans } = await traceProgram([...order, "v1.mjs"], {
          node: await node(),
          cwd: sandbox.folder,
        });

        expect(stderr).toContain(SEEN);
        expect(chainsOf(spans)).toEqual(CONVERSATION);
      }
    } finally {
      sandbox.remove();
    }
  });
});
