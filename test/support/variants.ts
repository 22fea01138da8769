import { describe, type TestOptions } from "vitest";

/**
 * The same tests for each variant of the world around them: an OpenTelemetry line, a Node, a setting. `npm test` runs the first
 * variant, `npm run prove -- processes` runs the others.
 */
export function describeVariants<T extends readonly unknown[]>(
  variants: readonly T[],
  options: TestOptions,
  tests: (...variant: T) => void,
): void {
  for (const [at, variant] of variants.entries()) {
    const title = variant.filter((part) => ["string", "number"].includes(typeof part)).join(" ");
    // oxlint-disable-next-line vitest/valid-title -- the variant is the title
    describe(title, { ...options, tags: at === 0 ? [] : ["proof"] }, () => {
      tests(...variant);
    });
  }
}
