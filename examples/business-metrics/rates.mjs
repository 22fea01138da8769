// The server's business: exchange rates from an API with a request limit, behind a cache. A stand-in without a
// network.
const PER_EURO = { EUR: 1, USD: 1.16, JPY: 171.4 };
const SYNCHRONIZE_MS = 60_000;

export const quota = { limit: 100, remaining: 100 };
const cache = new Map();
let synchronized = Date.now();
setInterval(() => (synchronized = Date.now()), SYNCHRONIZE_MS).unref();

/** How old the data is that answers are made of. */
export function ratesAgeSeconds() {
  return (Date.now() - synchronized) / 1000;
}

/** @param {{ amount: number, from: string, to: string }} asked */
export function convert({ amount, from, to }) {
  const pair = `${from} ${to}`;
  const cached = cache.has(pair);
  if (!cached) cache.set(pair, ask(from, to));
  return { text: `${(amount * cache.get(pair)).toFixed(2)} ${to}`, cached };
}

/** A request to the API, which counts against the quota. */
function ask(from, to) {
  if (quota.remaining === 0) throw new Error("the quota of the rates API is used up");
  quota.remaining -= 1;
  return PER_EURO[to] / PER_EURO[from];
}
