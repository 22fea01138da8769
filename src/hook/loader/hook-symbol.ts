/**
 * The name by which loaded SDK files find the patcher. Global and versioned: another thread's hook, or another copy
 * of this package, may have changed the files.
 */
export const HOOK_SYMBOL = "mcp-otelkit.hook.1";

/** The code by which a class or a file passes itself to the patcher. */
export const HAND_OVER = `globalThis[Symbol.for(${JSON.stringify(HOOK_SYMBOL)})]?.(`;

/**
 * Whether another loader hook has changed the file already. The name alone is not enough: a bundle may contain this
 * package.
 */
export function isChanged(source: string): boolean {
  return source.includes(`static{${HAND_OVER}`) || source.includes(`\n;${HAND_OVER}`);
}
