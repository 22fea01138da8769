/**
 * The name by which loaded SDK files reach the patcher. Global and versioned: the files may be changed by the hook of
 * another thread, or of another copy of this package.
 */
export const HOOK_SYMBOL = "mcp-otelkit.hook.1";
