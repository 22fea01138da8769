import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { home } from "../support/homes.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";

export interface Change {
  /** The name the package is installed under; npm calls that an alias. */
  readonly as?: string;
  /** The replacement for its package.json. */
  readonly version?: string;
}

/** The programs beside a copy of the SDK of the first line, changed; everything the SDK needs is linked. */
export async function sandboxWithChangedSdk(
  sdkHome: string,
  { as = "@modelcontextprotocol/sdk", version }: Change,
): Promise<Sandbox> {
  const sandbox = await createSandbox("process");
  const from = join(await home(sdkHome), "node_modules");
  const modules = sandbox.path("node_modules");
  for (const name of readdirSync(from)) {
    if (name !== "@modelcontextprotocol") symlinkSync(join(from, name), join(modules, name), "junction");
  }
  const copy = join(modules, as);
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(join(from, "@modelcontextprotocol", "sdk"), copy, { recursive: true });
  if (version !== undefined) {
    const manifest = join(copy, "package.json");
    writeFileSync(
      manifest,
      JSON.stringify({ ...(JSON.parse(readFileSync(manifest, "utf8")) as object), version }),
    );
  }
  return sandbox;
}

interface Manifest {
  readonly name: string;
  readonly [field: string]: unknown;
}

/** A package that exists for the test alone. */
export function addPackage(
  sandbox: Sandbox,
  manifest: Manifest,
  files: Readonly<Record<string, string>>,
): void {
  const folder = sandbox.path("node_modules", manifest.name);
  for (const [file, text] of Object.entries({ "package.json": JSON.stringify(manifest), ...files })) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}
