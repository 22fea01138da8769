import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** One row per generation of the SDK: the package, the versions that are known to work, the files that contain classes. */
export interface SdkRow {
  readonly package: string;
  /** The lowest supported version, and the first major version that is not supported. */
  readonly from: readonly [major: number, minor: number];
  readonly below: number;
  /** Paths below `dist/`, as ECMAScript modules and as CommonJS. */
  readonly files: Readonly<Record<string, "esm" | "cjs">>;
}

export const SDK_ROWS: readonly SdkRow[] = [
  {
    // Plain tsc output, the same names in every version. Users never import these files; other files of the SDK do.
    package: "@modelcontextprotocol/sdk",
    from: [0, 6],
    below: 2,
    files: {
      // up to 1.2, ES modules alone
      "shared/protocol.js": "esm",
      "server/index.js": "esm",
      "server/stdio.js": "esm",
      "server/sse.js": "esm",
      "client/stdio.js": "esm",
      "client/sse.js": "esm",
      "client/websocket.js": "esm",
      "esm/shared/protocol.js": "esm",
      "cjs/shared/protocol.js": "cjs",
      "esm/server/index.js": "esm",
      "cjs/server/index.js": "cjs",
      "esm/server/mcp.js": "esm",
      "cjs/server/mcp.js": "cjs",
      "esm/server/stdio.js": "esm",
      "cjs/server/stdio.js": "cjs",
      "esm/server/sse.js": "esm",
      "cjs/server/sse.js": "cjs",
      "esm/server/streamableHttp.js": "esm",
      "cjs/server/streamableHttp.js": "cjs",
      "esm/server/webStandardStreamableHttp.js": "esm",
      "cjs/server/webStandardStreamableHttp.js": "cjs",
      "esm/client/stdio.js": "esm",
      "cjs/client/stdio.js": "cjs",
      "esm/client/sse.js": "esm",
      "cjs/client/sse.js": "cjs",
      "esm/client/streamableHttp.js": "esm",
      "cjs/client/streamableHttp.js": "cjs",
      "esm/client/websocket.js": "esm",
      "cjs/client/websocket.js": "cjs",
      "esm/shared/uriTemplate.js": "esm",
      "cjs/shared/uriTemplate.js": "cjs",
    },
  },
  {
    // Bundled into chunks whose names change with every release; the entry has every class in its scope.
    package: "@modelcontextprotocol/server",
    from: [2, 0],
    below: 3,
    files: { "index.mjs": "esm", "index.cjs": "cjs", "stdio.mjs": "esm", "stdio.cjs": "cjs" },
  },
  {
    package: "@modelcontextprotocol/client",
    from: [2, 0],
    below: 3,
    files: { "index.mjs": "esm", "index.cjs": "cjs", "stdio.mjs": "esm", "stdio.cjs": "cjs" },
  },
  // No file of theirs is known by its name: the class is, by its shape.
  { package: "@ai-sdk/mcp", from: [0, 0], below: 2, files: {} },
  { package: "ai", from: [4, 2], below: 6, files: {} },
];

/** The classes through which all messages of a connection go. */
export const MESSAGE_CLASSES: readonly string[] = ["Protocol", "AiClient"];

/** The classes of transports that relays wire to each other, with no class for messages between them. */
export const TRANSPORT_CLASSES = {
  StdioClientTransport: "client",
  StdioServerTransport: "server",
  SSEClientTransport: "client",
  SSEServerTransport: "server",
  StreamableHTTPClientTransport: "client",
  StreamableHTTPServerTransport: "server",
  WebStandardStreamableHTTPServerTransport: "server",
  WebSocketClientTransport: "client",
} as const;
export type TransportClass = keyof typeof TRANSPORT_CLASSES;

/** One of these is in every file that holds an SDK. */
export function carriesMessages(name: SdkClass): boolean {
  return MESSAGE_CLASSES.includes(name) || name in TRANSPORT_CLASSES;
}

/** The classes that a loaded file is asked for, in the order in which they are patched and named. */
export const SDK_CLASSES = [
  "Protocol",
  "Client",
  "Server",
  "McpServer",
  "AiClient",
  "UriTemplate",
  ...(Object.keys(TRANSPORT_CLASSES) as TransportClass[]),
] as const;
export type SdkClass = (typeof SDK_CLASSES)[number];

/** A loaded file that belongs to an SDK. */
export interface SdkFile {
  readonly package: string;
  readonly version: string;
  readonly format: "esm" | "cjs";
  readonly supported: boolean;
}

/** Endings of paths that may belong to an SDK: every other path fails this one test. */
const CANDIDATE = new RegExp(
  `^(.*)/dist/(${[...new Set(SDK_ROWS.flatMap((row) => Object.keys(row.files)))].map((file) => file.replaceAll(".", "\\.")).join("|")})$`,
);

/**
 * Finds the SDK that a file belongs to. By the name in the package's own `package.json`, not by `node_modules/…` in
 * the path: npm aliases, linked workspaces and pnpm put packages anywhere.
 * @param path an absolute path, with either kind of slash
 */
export function findSdkFile(path: string): SdkFile | undefined {
  const match = CANDIDATE.exec(path.replaceAll("\\", "/"));
  const root = match?.[1];
  const file = match?.[2];
  if (root === undefined || file === undefined) return undefined;
  const manifest = readManifest(root);
  const row = SDK_ROWS.find((candidate) => candidate.package === manifest?.name);
  const format = row?.files[file];
  if (manifest === undefined || row === undefined || format === undefined) return undefined;
  return {
    package: row.package,
    version: manifest.version,
    format,
    supported: isSupported(manifest.version, row),
  };
}

function isSupported(version: string, { from, below }: SdkRow): boolean {
  const [major = Number.NaN, minor = Number.NaN] = version.split(".").map(Number);
  const recent = major > from[0] || (major === from[0] && minor >= from[1]);
  return recent && major < below;
}

function readManifest(root: string): { readonly name: string; readonly version: string } | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as Record<
      string,
      unknown
    >;
    return typeof name === "string" && typeof version === "string" ? { name, version } : undefined;
  } catch {
    return undefined; // a folder without a package
  }
}

/**
 * The SDK whose package contains this file, where {@link findSdkFile} does not know the file: a chunk, or a version
 * with other files. `familiar` where the package also has known files.
 */
export function ownerOf(
  path: string,
): { readonly sdk: Omit<SdkFile, "format">; readonly familiar: boolean } | undefined {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = readManifest(folder);
    if (manifest === undefined) continue; // `dist/esm` has its own package.json, with nothing but "module"
    const row = SDK_ROWS.find((candidate) => candidate.package === manifest.name);
    if (row === undefined) return undefined;
    return {
      sdk: {
        package: row.package,
        version: manifest.version,
        supported: isSupported(manifest.version, row),
      },
      familiar: Object.keys(row.files).some((file) => existsSync(join(folder, "dist", file))),
    };
  }
  return undefined;
}
