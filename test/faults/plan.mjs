// Which call fails, and how: by a seeded generator, so that a run can be had again.

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const hostile = new Proxy(() => undefined, {
  get: (_target, key) => {
    if (key === "then") return undefined; // or awaiting it would be the test's own mistake
    throw new Error("hostile get");
  },
  has: () => {
    throw new Error("hostile has");
  },
  ownKeys: () => {
    throw new Error("hostile ownKeys");
  },
  getOwnPropertyDescriptor: () => {
    throw new Error("hostile descriptor");
  },
  apply: () => {
    throw new Error("hostile call");
  },
});

/** The replacement for a function of mcp-otelkit. `real` is the original. */
export const KINDS = {
  throws: () => {
    throw new TypeError("a fault that was planned");
  },
  "throws nonsense": () => {
    throw undefined; // oxlint-disable-line typescript/only-throw-error -- that is the fault
  },
  "works, then throws": (real) => {
    real();
    throw new RangeError("a fault that was planned, afterwards");
  },
  hangs: () => new Promise(() => undefined),
  "returns undefined": () => undefined,
  "returns null": () => null,
  "returns a number": () => 42,
  "returns a text": () => "nonsense",
  "returns an empty object": () => ({}),
  "returns a list": () => [1, "two", null],
  "returns a hostile object": () => hostile,
};
const NAMES = Object.keys(KINDS);

/** @param rate how many of a hundred calls fail */
export function createPlan(seed, rate) {
  const random = createRandom(seed);
  const counts = {};
  const places = new Set();
  const plan = {
    on: false,
    counts,
    places,
    total: 0,
    at(place, real) {
      if (!plan.on || random() * 100 >= rate) return real();
      const kind = NAMES[Math.floor(random() * NAMES.length)];
      counts[kind] = (counts[kind] ?? 0) + 1;
      places.add(place);
      plan.total += 1;
      if (process.env["FAULTS_TRACE"]) process.stderr.write(`${place}: ${kind}\n`);
      return KINDS[kind](real);
    },
    /** Every function of the port, and of what it hands out. */
    hub: ({ observer, known }) => ({
      observer: wrap(plan, "observer", observer),
      known: wrap(plan, "known", known),
    }),
  };
  return plan;
}

/** An object whose functions may fail, and the objects they return as well. Getters of accessors too. */
export function wrap(plan, place, object) {
  return new Proxy(object, {
    get(target, key) {
      const read = () => Reflect.get(target, key, target);
      if (typeof key === "symbol") return read();
      const value = read();
      if (typeof value !== "function")
        return Object.getOwnPropertyDescriptor(target, key)?.get ? plan.at(`${place}.${key}`, read) : value;
      return (...args) => {
        const result = plan.at(`${place}.${key}`, () => value.apply(target, args));
        return WRAPPED.has(key) &&
          typeof result === "object" &&
          result !== null &&
          Object.keys(result).length > 0
          ? wrap(plan, `${place}.${key}()`, result)
          : result;
      };
    },
  });
}

/** Functions whose result contains functions. */
const WRAPPED = new Set([
  "begin",
  "openSession",
  "getTracer",
  "getMeter",
  "getLogger",
  "createHistogram",
  "startSpan",
]);
