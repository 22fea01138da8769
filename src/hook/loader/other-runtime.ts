/**
 * The name of a JavaScript runtime other than Node that has Node's API, if this is one. Bun's module loader calls no
 * Node hooks; Deno's calls `Module.prototype._compile` for files that are not JavaScript, and an application whose
 * hook is called so ends.
 * https://bun.com/docs/runtime/nodejs-compat, https://docs.deno.com/runtime/fundamentals/node/
 */
export function otherRuntime(
  versions: NodeJS.ProcessVersions = process.versions,
): "Bun" | "Deno" | undefined {
  if (versions["bun"] !== undefined) return "Bun";
  return versions["deno"] === undefined ? undefined : "Deno";
}
