// Programs that start programs: NODE_OPTIONS gets through all of them, the MCP process is traced, and the launcher says nothing of it.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { home, installedPackage } from "../support/homes.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import { chainsOf, CONVERSATION } from "./chains.ts";
import { traceProgram } from "./program.ts";

let sandbox: Sandbox;
let dist: string;
beforeAll(async () => {
  dist = dirname(fileURLToPath(await installedPackage("otel-2")));
  sandbox = await createSandbox("process", "sdk-v1-latest", "otel-2", "launchers");
  writeFileSync(sandbox.path("package.json"), '{ "scripts": { "talk": "node v1.mjs" } }');
  writeFileSync(sandbox.path("shebang"), '#!/usr/bin/env node\nimport("./v1.mjs");\n', { mode: 0o755 });
  writeFileSync(
    sandbox.path("tsconfig.json"),
    '{ "compilerOptions": { "module": "commonjs", "target": "es2022" } }',
  );
});
afterAll(() => sandbox.remove());

it.each([
  ["an npm script", "npm run --silent talk"],
  ["a shebang", "./shebang"],
])("%s", { tags: ["proof"] }, async (_launcher, command) => {
  const start = `require("node:child_process").spawnSync(${JSON.stringify(command)}, { shell: true, stdio: "inherit" })`;

  const { stdout, stderr, spans } = await traceProgram(["-e", start], {
    cwd: sandbox.folder,
    env: { NODE_OPTIONS: `--import=${join(dist, "register.js")}` },
  });

  expect(stdout).toContain("2 + 3 = 5\n");
  expect(stderr.match(/, instrumented /g)).toHaveLength(1);
  expect(chainsOf(spans)).toEqual(CONVERSATION);
});

// Node's ES module loader runs the program wherever `--import` is given, and knows no TypeScript: ts-node needs `--require`.
it.each<[string, string, string, string[]]>([
  [
    "nodemon",
    "--import",
    "nodemon/bin/nodemon.js",
    ["--quiet", "--exitcrash", "--exec", "node v1.mjs; exit 1"],
  ],
  ["ts-node", "--require", "ts-node/dist/bin.js", ["--transpile-only", "typescript.cts"]],
])("%s", { tags: ["proof"] }, async (_launcher, flag, bin, words) => {
  const program = join(await home("launchers"), "node_modules", bin);

  const { stdout, stderr, spans } = await traceProgram([program, ...words], {
    cwd: sandbox.folder,
    env: { NODE_OPTIONS: `${flag}=${join(dist, flag === "--import" ? "register.js" : "register.cjs")}` },
  });

  expect(stdout).toContain("2 + 3 = 5\n");
  expect(stderr.match(/, instrumented /g)).toHaveLength(1);
  expect(chainsOf(spans)).toEqual(CONVERSATION);
});
