import { tellOfCopy } from "../other-instrumentations.ts";
import { exportsOf, patchExports, type PatchResult } from "./patch.ts";
import type { SdkReport } from "./sdk-listeners.ts";
import { IMPLEMENTATIONS } from "./implementations.ts";
import type { SdkFile } from "./targets.ts";

/**
 * Patches the classes in a loaded SDK file.
 * @returns which classes were patched, or why none
 */
export function patchSdkFile(
  file: SdkFile,
  exports: Readonly<Record<string, unknown>>,
  version: string,
): SdkReport {
  const { package: name, version: sdkVersion, format, supported } = file;
  const report = { package: name, version: sdkVersion, format };
  if (!supported)
    return {
      ...report,
      patched: [],
      problem: `version not supported (supported: ${supportedVersions(name)})`,
    };
  const { patched, already, refused } = patchExports(exports, version);
  const foreign = already
    .map((one) => patcherOf(exports[one]))
    .find((by) => by !== undefined && by !== version);
  if (foreign !== undefined) tellOfCopy(foreign, version);
  if (refused.length > 0) return { ...report, patched, problem: `${refused.join(", ")} not as expected` };
  return { ...report, patched };
}

/** The version of mcp-otelkit that has patched a class; see `patch.ts`. */
function patcherOf(patched: unknown): string | undefined {
  const { prototype } = (patched ?? {}) as { prototype?: Record<symbol, string | undefined> };
  return prototype?.[Symbol.for("mcp-otelkit.patched")];
}

function supportedVersions(name: string): string {
  const row = IMPLEMENTATIONS.find((candidate) => candidate.package === name);
  return row === undefined ? "none" : `${row.from.join(".")} up to but not including ${row.below}.0`;
}

/** Patches a module, a class or an instance that the program passes. For bundles, whose modules no loader hook sees. */
export function patchByHand(given: unknown, version: string): PatchResult {
  const results = exportsOf(given).map((exports) => patchExports(exports, version));
  const names = (key: keyof PatchResult): string[] => [...new Set(results.flatMap((result) => result[key]))];
  const patched = names("patched");
  return {
    patched,
    already: names("already").filter((name) => !patched.includes(name)),
    refused: names("refused"),
  };
}
