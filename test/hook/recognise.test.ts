// The SDK's classes inside any file, by their shape; whole programs are in test/process/bundled.test.ts and test/recognise.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAst } from "rolldown/parseAst";
import { describe, expect, it } from "vitest";
import { classBodies } from "../../src/hook/loader/shapes/class-bodies.ts";
import { HOOK_SYMBOL } from "../../src/hook/loader/hook-symbol.ts";
import { mayHoldSdk, recognise } from "../../src/hook/loader/shapes/recognise.ts";

const installed = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../node_modules/${path}`, import.meta.url)), "utf8");
const PROTOCOL = installed("@modelcontextprotocol/sdk/dist/esm/shared/protocol.js");
const seen = (source: string): string | undefined => recognise("/app/bundle.mjs", "esm", source);

/** The smallest class that is taken for the SDK's. */
const SMALL = `class A{async connect(t){this._transport=t;t.onmessage=()=>{}}close(){}request(){}notification(){}
setRequestHandler(){this._requestHandlers}setNotificationHandler(){}_onrequest(){}_onresponse(){throw "unknown message ID"}_onnotification(){}}`;

interface Bundler {
  transformSync(source: string, options: object): { readonly code: string };
}
const esbuild = createRequire(createRequire(import.meta.url).resolve("tsx"))("esbuild") as Bundler;

describe("a file with an SDK inside", () => {
  it("keeps each of its lines, and every other character", () => {
    const changed = seen(PROTOCOL) ?? "";

    expect(changed.split("\n")).toHaveLength(PROTOCOL.split("\n").length);
    expect(changed.replaceAll(/static\{globalThis.*?this\}\)\}/g, "")).toBe(PROTOCOL);
    expect(changed).toContain(
      `export class Protocol {static{globalThis[Symbol.for("${HOOK_SYMBOL}")]?.({"package":"MCP SDK inside bundle.mjs","version":"","format":"esm","supported":true},{Protocol:this})}`,
    );
  });

  it("is known minified as well", () => {
    const { code } = esbuild.transformSync(PROTOCOL, { minify: true, format: "cjs" });

    expect(code).not.toContain("class Protocol");
    expect(seen(code)).toContain("{Protocol:this}");
  });

  // A relay's bundle may have no Protocol.
  it.each([
    ["StdioServerTransport", "sdk/dist/esm/server/stdio.js"],
    ["StdioClientTransport", "sdk/dist/esm/client/stdio.js"],
    ["SSEServerTransport", "sdk/dist/esm/server/sse.js"],
    ["SSEClientTransport", "sdk/dist/esm/client/sse.js"],
    ["WebStandardStreamableHTTPServerTransport", "sdk/dist/esm/server/webStandardStreamableHttp.js"],
    ["StreamableHTTPClientTransport", "sdk/dist/esm/client/streamableHttp.js"],
    ["WebSocketClientTransport", "sdk/dist/esm/client/websocket.js"],
    ["StdioServerTransport", "server/dist/stdio.mjs"],
    ["WebStandardStreamableHTTPServerTransport", "server/dist/index.mjs"],
    ["StdioClientTransport", "client/dist/stdio.mjs"],
    ["SSEClientTransport", "client/dist/index.mjs"],
    ["StreamableHTTPClientTransport", "client/dist/index.mjs"],
  ])("is known by a %s alone, minified as well: %s", (name, file) => {
    const source = installed(`@modelcontextprotocol/${file}`);
    const { code } = esbuild.transformSync(source, { minify: true, format: "cjs" });

    for (const text of [source, code]) {
      expect(mayHoldSdk(text)).toBe(true);
      expect(seen(text)?.split(`{${name}:this}`)).toHaveLength(2);
    }
  });

  it("knows v1's HTTP server for Node beside the one that it contains", () => {
    const files = ["webStandardStreamableHttp.js", "streamableHttp.js"];
    const source = files.map((file) => installed(`@modelcontextprotocol/sdk/dist/esm/server/${file}`));

    expect(seen(source.join("\n"))).toContain("{StreamableHTTPServerTransport:this}");
  });

  it("is changed once, by however many hooks it comes", () => {
    expect(seen(seen(PROTOCOL) ?? "")).toBeUndefined();
  });

  it("hands over the class before anything can use it", () => {
    const handed: unknown[] = [];
    const globals = globalThis as Record<symbol, unknown>;
    globals[Symbol.for(HOOK_SYMBOL)] = (_file: unknown, { Protocol }: { Protocol: unknown }) =>
      handed.push(Protocol);

    // oxlint-disable-next-line typescript/no-implied-eval -- the changed source, as the loader runs it
    const run = new Function(
      `const first = new (${seen(SMALL)})(); return first.constructor;`,
    ) as () => unknown;
    const made = run();
    delete globals[Symbol.for(HOOK_SYMBOL)];

    expect(handed).toEqual([made]);
  });
});

describe("is left as it is:", () => {
  const quoted = JSON.stringify(SMALL.replaceAll("\n", " "));
  it.each<[string, string]>([
    ["a comment", `/* ${SMALL} */ class B {}`],
    ["a line comment", `// ${SMALL.replaceAll("\n", " ")}\nclass B {}`],
    ["a string", `const text = ${quoted};`],
    ["a template", `const text = \`${SMALL}\`;`],
    ["a template inside a template", `const text = \`a \${\`${SMALL}\`} b\`;`],
    ["a regular expression", `if (x) /class A{unknown message ID[/"'\`]/.test(y); const z = "a";`],
    ["the text of an eval", `eval(${quoted})`],
    ["an object with the same methods", SMALL.replace("class A{", "const a = {").replaceAll("}s", "},s")],
    ["a class without the text", SMALL.replace("unknown message ID", "unknown")],
    ["a class without one of the methods", SMALL.replace("setNotificationHandler", "on")],
    ["a file that does not end", `${SMALL} (`],
    ["a file with a bracket too many", `${SMALL} }`],
    ["a string that does not end", `${SMALL} "`],
    [
      "@ai-sdk/mcp's client",
      `class DefaultMCPClient { constructor() { this.transport.onmessage = () => this.onResponse(); }
      async init() {} async close() {} async request() {} async listTools() {} async callTool() {} notification() {}
      onClose() {} onError() {} onResponse() { throw new Error("Protocol error: Received a response for an unknown message ID"); } }`,
    ],
    ["nothing", ""],
  ])("%s", (_what, source) => {
    expect(seen(source)).toBeUndefined();
  });
});

it("a file in which the scanner could lose its way is read as JavaScript reads it", () => {
  const before = [
    "#!/usr/bin/env node",
    "const a = b / c / d, e = f++ / g, h = (i) / j / k, l = m[0] / n;",
    "if (a) /[/'\"`{]/.test(b); while (x) /'/g.exec(y); return_ = () => { return /\"/ };",
    "const o = { class: 1, if: 2, get class_() { return this.class / 2 }, class() { return '}' } };",
    "o.class / 2; o.return / 3; o?.class; [...o] ; `${`${'`'}`}${{ a: `}` }.a}`; 'it\\'s \\\ngone';",
    "for (const q of r) { } /'/.test(s); x = class extends f({ a: class {} }) { static y = /'/; 'quoted'() {} [z]() {} };",
  ].join("\n");

  expect(seen(`${before}\n${SMALL}`)?.startsWith(`${before}\nclass A{static{`)).toBe(true);
});

// A parser reads the same files: the scanner must find the same classes.
it.each(
  [
    "@modelcontextprotocol/server/dist/index.cjs",
    "@modelcontextprotocol/sdk/dist/esm/client/index.js",
    "vite/dist/node/chunks/node.js",
    "typescript/lib/typescript.js",
    "protobufjs/dist/protobuf.js",
    "ajv/dist/ajv.bundle.js",
    "zod/v4/core/regexes.js",
    "fastify/fastify.js",
    "oxlint/dist/lint.js",
    "express/lib/response.js",
  ].filter(exists),
)("finds the classes that a parser finds in %s", (path) => {
  const source = installed(path);

  expect(
    classBodies(source)
      ?.map(({ start }) => start)
      .toSorted((a, b) => a - b),
  ).toEqual(classesParsed(source).toSorted((a, b) => a - b));
});

/** A package with a file that contains a Protocol; returns the changed file. */
function packaged(name: string, version: string, file: string, ...beside: string[]): string | undefined {
  const root = mkdtempSync(join(tmpdir(), "mcp-otelkit-recognise-"));
  try {
    mkdirSync(join(root, "dist"));
    writeFileSync(join(root, "package.json"), JSON.stringify({ name, version }));
    for (const other of beside) writeFileSync(join(root, "dist", other), "");
    return recognise(join(root, "dist", file), "esm", SMALL);
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe("a file of an SDK's own package", () => {
  const SERVER = "@modelcontextprotocol/server";

  it("is left to the footers where they know its files", () => {
    expect(packaged(SERVER, "2.4.0", "src-abc.mjs", "index.mjs")).toBeUndefined();
  });

  it("of a version with other files is named, by package and version", () => {
    expect(packaged(SERVER, "3.0.0", "main.js")).toContain(
      '{"package":"@modelcontextprotocol/server","version":"3.0.0","supported":false,"format":"esm"}',
    );
    expect(packaged(SERVER, "2.9.0", "main.js")).toContain('"version":"2.9.0","supported":true');
  });
});

it("one search finds the files that need a closer look", () => {
  expect(mayHoldSdk(PROTOCOL)).toBe(true);
  expect(mayHoldSdk(new TextEncoder().encode(PROTOCOL))).toBe(true);
  expect(mayHoldSdk(installed("express/lib/response.js"))).toBe(false);
  expect(mayHoldSdk(new TextEncoder().encode("unknown message"))).toBe(false);
});

function exists(path: string): boolean {
  try {
    return installed(path) !== "";
  } catch {
    return false;
  }
}

function classesParsed(source: string): number[] {
  const found: number[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    else if (typeof node === "object" && node !== null) {
      const { type, start } = node as { type?: string; start?: number };
      if (type === "ClassBody" && start !== undefined) found.push(start + 1);
      Object.values(node).forEach(visit);
    }
  };
  visit(parseAst(source));
  return found;
}
