/** What the matrix is made of. A new SDK line, module format or transport is a row here. */

export const SDKS = {
  "v1-oldest": { home: "sdk-v1-oldest", generation: "v1", version: "1.10.2" },
  "v1-latest": { home: "sdk-v1-latest", generation: "v1", version: "1.32.2" },
  "v2-oldest": { home: "sdk-v2-oldest", generation: "v2", version: "2.0.0" },
  "v2-latest": { home: "sdk-v2-latest", generation: "v2", version: "2.4.0" },
} as const;
export type SdkName = keyof typeof SDKS;

/** The extension of the programs that use it, and its name for people. */
export const FORMATS = { mjs: "ESM", cjs: "CommonJS" } as const;
export type Format = keyof typeof FORMATS;

/** `era`: the protocol the conversation speaks. `v2Only`: why an SDK of the first line cannot. */
export const WAYS = {
  memory: { title: "in memory", era: "2025" },
  stdio: { title: "stdio", era: "2025" },
  "http-session": { title: "HTTP sessions", era: "2025" },
  "http-stateless": { title: "HTTP stateless", era: "2025" },
  sse: { title: "legacy SSE", era: "2025" },
  handler: { title: "createMcpHandler", era: "2026", v2Only: "createMcpHandler came with SDK 2.0" },
  "stdio-modern": { title: "serveStdio", era: "2026", v2Only: "protocol 2026-07-28 came with SDK 2.0" },
} as const satisfies Record<string, { title: string; era: "2025" | "2026"; v2Only?: string }>;
export type Way = keyof typeof WAYS;

export interface Cell {
  sdk: SdkName;
  format: Format;
  way: Way;
}

export const SDK_NAMES = Object.keys(SDKS) as SdkName[];
export const FORMAT_NAMES = Object.keys(FORMATS) as Format[];
export const WAY_NAMES = Object.keys(WAYS) as Way[];

export function everyCell(): Cell[] {
  return SDK_NAMES.flatMap((sdk) =>
    FORMAT_NAMES.flatMap((format) => WAY_NAMES.map((way): Cell => ({ sdk, format, way }))),
  );
}

/** Why there can be no such cell; undefined where there can. */
export function whyImpossible({ sdk, way }: Cell): string | undefined {
  const row = WAYS[way];
  return SDKS[sdk].generation === "v1" && "v2Only" in row ? row.v2Only : undefined;
}

/** The part of the matrix that is run over every Node and both OpenTelemetry lines: each transport, format and SDK once. */
export const SAMPLE: Cell[] = [
  { sdk: "v1-oldest", format: "cjs", way: "memory" },
  { sdk: "v1-oldest", format: "mjs", way: "sse" },
  { sdk: "v1-latest", format: "mjs", way: "stdio" },
  { sdk: "v1-latest", format: "cjs", way: "http-session" },
  { sdk: "v2-oldest", format: "mjs", way: "http-stateless" },
  { sdk: "v2-oldest", format: "cjs", way: "stdio-modern" },
  { sdk: "v2-latest", format: "cjs", way: "stdio" },
  { sdk: "v2-latest", format: "mjs", way: "handler" },
];

export function describeCell({ sdk, format, way }: Cell): string {
  return `${sdk} ${FORMATS[format]} ${WAYS[way].title}`;
}
