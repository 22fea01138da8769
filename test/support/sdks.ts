import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { patchExports } from "../../src/hook/loader/patch.ts";
import { home } from "./homes.ts";

/** The MCP SDKs that tests run in their own process, patched as the load hook would patch them. */
export type SdkName = "v1-oldest" | "v1-latest" | "v2-latest";

/** An SDK's exports, all its modules together; the programs in `fixtures/conversations` take one. */
export interface Sdk {
  readonly generation: "v1" | "v2";
  readonly exports: Readonly<Record<string, unknown>>;
}

const V1_FILES = ["client/index.js", "inMemory.js", "server/mcp.js", "shared/uriTemplate.js", "types.js"];
const V1_HTTP_FILES = ["client/streamableHttp.js", "server/webStandardStreamableHttp.js"];

const SDKS: Readonly<Record<SdkName, () => Promise<Sdk>>> = {
  async "v1-oldest"() {
    const installed = join(await home("sdk-v1-oldest"), "node_modules");
    const load = (path: string) => import(pathToFileURL(join(installed, path)).href) as Promise<object>;
    const modules = V1_FILES.map((file) => load(`@modelcontextprotocol/sdk/dist/esm/${file}`));
    return firstLine(await Promise.all(modules), await load("zod/index.js"));
  },
  async "v1-latest"() {
    const files = [...V1_FILES, ...V1_HTTP_FILES];
    const modules = files.map((file) => import(`@modelcontextprotocol/sdk/${file}`) as Promise<object>);
    return firstLine(await Promise.all(modules), await import("zod"));
  },
  async "v2-latest"() {
    const modules = [
      await import("@modelcontextprotocol/server"),
      await import("@modelcontextprotocol/server/stdio"),
      await import("@modelcontextprotocol/client"),
    ];
    modules.forEach(patch);
    return {
      generation: "v2",
      exports: Object.assign({}, ...modules, await import("zod")) as Record<string, unknown>,
    };
  },
};

function firstLine(modules: readonly object[], zod: object): Sdk {
  modules.forEach(patch);
  const exports = Object.assign({}, ...modules, zod) as Record<string, unknown>;
  return { generation: "v1", exports: { ...exports, types: exports } };
}

/** Twice is as good as once. */
function patch(module: object): void {
  patchExports({ ...module }, "test");
}

export function loadSdk(name: SdkName): Promise<Sdk> {
  return SDKS[name]();
}

/** The client of `fixtures/conversations`, the same names whatever the SDK. */
export interface Asker {
  readonly canElicit: boolean;
  readonly canAskInRounds: boolean;
  connect(transport: unknown): Promise<void>;
  listTools(): Promise<unknown>;
  listPrompts(): Promise<unknown>;
  callTool(name: string, args: object, options?: object): Promise<unknown>;
  readResource(uri: string): Promise<unknown>;
  getPrompt(name: string, args: object): Promise<unknown>;
  ping(): Promise<unknown>;
  unknownMethod(): Promise<unknown>;
  /** Second line only. */
  listen(): Promise<{ close(): Promise<void>; readonly closed: Promise<unknown> }>;
  close(): Promise<void>;
}

/** The server of `fixtures/conversations`. */
export interface Answerer {
  connect(transport: unknown): Promise<void>;
  close(): Promise<void>;
}

export interface AskerOptions {
  /** At 2026-07-28. */
  readonly modern?: boolean;
  readonly onLog?: (data: unknown) => void;
}

export function createAsker(
  { generation, exports }: Sdk,
  { modern = false, onLog = () => undefined }: AskerOptions = {},
): Asker {
  const { createAsker: create } = fixture(`asks-${generation}`) as {
    createAsker(sdk: object, options: object): Asker;
  };
  return create(exports, { modern, onLog });
}

export function createAnswerer({ generation, exports }: Sdk): Answerer {
  const { createServer } = fixture(`answers-${generation}`) as { createServer(sdk: object): Answerer };
  return createServer(exports);
}

function fixture(name: string): unknown {
  const folder = fileURLToPath(new URL("../fixtures/conversations", import.meta.url));
  return createRequire(import.meta.url)(join(folder, `${name}.cjs`));
}
