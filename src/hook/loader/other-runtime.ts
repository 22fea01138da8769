/**
 * The name of a JavaScript runtime that is not Node but speaks its API, if this is one. Bun's module loader calls no hooks of Node's;
 * Deno's calls `Module.prototype._compile` for files that are no JavaScript, and an application whose hook is called so ends.
 * https://bun.com/docs/runtime/nodejs-compat, https://docs.deno.com/runtime/fundamentals/node/
 */
export function otherRuntime(
  versions: NodeJS.ProcessVersions = process.versions,
): "Bun" | "Deno" | undefined {
  if (versions["bun"] !== undefined) return "Bun";
  return versions["deno"] === undefined ? undefined : "Deno";
}
