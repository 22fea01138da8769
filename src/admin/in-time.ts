/**
 * Returns the result of `ask`, or rejects when it takes longer. `ask` keeps running: it cannot be stopped. The timer
 * does not keep the process alive.
 */
export async function inTime<T>(ask: () => T | Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    timer.unref();
  });
  try {
    return await Promise.race([ask(), late]);
  } finally {
    clearTimeout(timer);
  }
}
