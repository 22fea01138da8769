/** A conversation: with which SDK, over what. */
export interface Way {
  readonly sdk: "v1" | "v2";
  readonly over: "stdio" | "http" | "stdio-modern" | "http-modern";
}

export const WAYS: readonly Way[] = [
  { sdk: "v1", over: "stdio" },
  { sdk: "v1", over: "http" },
  { sdk: "v2", over: "stdio" },
  { sdk: "v2", over: "http" },
  { sdk: "v2", over: "stdio-modern" },
  { sdk: "v2", over: "http-modern" },
];

export function describeWay({ sdk, over }: Way): string {
  return `${sdk} ${over}`;
}

/** At 2026-07-28 a server asks its client in rounds, inside results. */
export function isModern({ over }: Way): boolean {
  return over.endsWith("modern");
}
