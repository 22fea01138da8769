// Preloaded before mcp-otelkit: counts the entries in the maps and sets that mcp-otelkit creates, OpenTelemetry
// included.
import { fileURLToPath } from "node:url";

const OURS = fileURLToPath(new URL("../../dist/", import.meta.url));
const made = new Set();

function counted(Base) {
  return class extends Base {
    constructor(...args) {
      super(...args);
      const { stackTraceLimit } = Error;
      Error.stackTraceLimit = 2; // this constructor, and who called it
      const { stack } = new Error("who");
      Error.stackTraceLimit = stackTraceLimit;
      if (stack.includes(OURS)) made.add(new WeakRef(this));
    }
    static get [Symbol.species]() {
      return Base;
    }
  };
}

const { Set: PlainSet } = globalThis;
globalThis.Map = counted(Map);
globalThis.Set = counted(PlainSet);

/** Maps and sets that are alive, and the entries in all of them. */
globalThis[Symbol.for("counted")] = () => {
  let alive = 0;
  let entries = 0;
  for (const ref of made) {
    const held = ref.deref();
    if (held === undefined) made.delete(ref);
    else {
      alive += 1;
      entries += held.size;
    }
  }
  return { alive, entries };
};
