import { disguise } from "../../output/disguise.ts";
import { enlargeStacks, restoreStacks } from "../../output/stack-room.ts";

export type Callback = (this: unknown, ...args: unknown[]) => unknown;

/** What a call of a tapped function goes through. @param pass calls the function itself, with another first argument if need be */
export type Through = (args: readonly unknown[], pass: (args: readonly unknown[]) => unknown) => unknown;

/** What is between the application's frames in a stack while a message passes: ours, the API's, the context manager's, Node's. */
const FRAMES = 20;

/**
 * A function in the place of another that is seen as the other one: its own properties are read and written on it, and a test's mock
 * counts its calls and says that it is one. See docs/decisions/0017-what-a-tap-looks-like.md.
 */
export function tapped(original: Callback, through: Through): Callback {
  return new Proxy(original, {
    apply(target, self, args) {
      const limit = enlargeStacks(FRAMES);
      try {
        return through(args, (passed) => Reflect.apply(target, self, passed));
      } finally {
        restoreStacks(limit, FRAMES);
      }
    },
  });
}

/**
 * Taps whatever function is in a property, now or later: applications set the callbacks of a transport before `connect`, after it, and
 * from inside one. An accessor of the transport's own, with a getter or without, is still the one that is asked.
 */
export function standOn(holder: object, name: string, through: Through): void {
  const own = Object.getOwnPropertyDescriptor(holder, name);
  const before = own ?? inherited(holder, name);
  const taps = new WeakMap<Callback, Callback>();
  const originals = new WeakMap<Callback, Callback>();
  let assigned = own !== undefined && "value" in own;
  let value: unknown = assigned ? own?.value : undefined;

  const tap = (given: unknown): unknown => {
    if (typeof given !== "function" || originals.has(given as Callback)) return given;
    const known = taps.get(given as Callback);
    if (known !== undefined) return known;
    const made = tapped(given as Callback, through);
    taps.set(given as Callback, made);
    originals.set(made, given as Callback);
    return made;
  };
  const isAccessor = before !== undefined && !("value" in before);
  function get(this: unknown): unknown {
    if (isAccessor) return tap(before.get?.call(this));
    return tap(assigned ? value : inherited(holder, name)?.value);
  }
  function set(this: unknown, given: unknown): void {
    if (isAccessor) {
      before.set?.call(this, tap(given));
      return;
    }
    if (this !== holder) {
      // An object that inherits from the transport gets a property of its own, as it would without us.
      Object.defineProperty(this, name, {
        value: given,
        configurable: true,
        enumerable: true,
        writable: true,
      });
      return;
    }
    value = originals.get(given as Callback) ?? given;
    assigned = true;
  }
  const writable = isAccessor ? before.set !== undefined : (own?.writable ?? true);
  const readable = !isAccessor || before.get !== undefined;
  Object.defineProperty(holder, name, {
    ...(readable && { get: disguise(get, { name: `get ${name}`, length: 0 }) }),
    ...(writable && { set: disguise(set, { name: `set ${name}`, length: 1 }) }),
    configurable: true,
    enumerable: own?.enumerable ?? !isAccessor,
  });
}

function inherited(holder: object, name: string): PropertyDescriptor | undefined {
  for (
    let at = Object.getPrototypeOf(holder) as object | null;
    at !== null;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found !== undefined) return found;
  }
  return undefined;
}
