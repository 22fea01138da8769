/**
 * What `ask` gives, or a rejection when it takes longer. It goes on all the same: there is no way to stop it.
 * The timer does not keep the process alive, for the answer to a probe is no reason to live on.
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
