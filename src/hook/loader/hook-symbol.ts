/**
 * The name by which loaded SDK files reach the patcher. Global and versioned: the files may be changed by the hook of
 * another thread, or of another copy of this package.
 */
export const HOOK_SYMBOL = "mcp-otelkit.hook.1";

/** The code by which a class or a file hands itself over. */
export const HAND_OVER = `globalThis[Symbol.for(${JSON.stringify(HOOK_SYMBOL)})]?.(`;

/** Whether a file has been changed on another way into the process. Not by the name alone: a bundle may hold this package. */
export function isChanged(source: string): boolean {
  return source.includes(`static{${HAND_OVER}`) || source.includes(`\n;${HAND_OVER}`);
}
