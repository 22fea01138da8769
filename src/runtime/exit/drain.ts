const LOOK_EVERY_MS = 20;

/**
 * Resolves when nothing is running any more, or after this many milliseconds. It polls: this happens once in the life
 * of a process, while a listener would cost every operation.
 */
export function startDrain(countRunning: () => number, limitMs: number): Promise<void> {
  const until = performance.now() + limitMs;
  return new Promise((resolve) => {
    const look = (): void => {
      const left = until - performance.now();
      if (countRunning() === 0 || left <= 0) resolve();
      else setTimeout(look, Math.min(left, LOOK_EVERY_MS));
    };
    look();
  });
}
