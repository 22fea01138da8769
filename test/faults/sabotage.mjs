// A module loader that makes mcp-otelkit's built files fail on demand: every function at the top of a file first
// checks whether it must fail now. Plain JavaScript, since it runs in Node's loader thread.
const OURS = /\/faults\/plain\/((?:hook|operation|output|privacy|signals)\/(?:[\w-]+\/)*[\w-]+\.js)$/;

/**
 * The safety net itself: the code that catches faults, and the code between the application's call and that code. If
 * one of these failed, nothing could catch it, which is why they are few and short.
 */
const NET = new Set([
  "output/safely.js", // catches
  "hook/connection/pass-on.js", // hands a promise on
  "output/disguise.js", // names a function, once, at load time
  "hook/replace.js", // replaces a method, once, at load time
  "hook/hub.js", // one variable
  "hook/connection/inject-meta.js", // copies a message, or leaves it alone
  "hook/connection/readable.js isPlain", // says which
  "hook/connection/stand-on.js", // puts a function in the place of another
  "output/stack-room.js", // two assignments around every call
  "hook/connection/inbound.js arrive",
  "hook/connection/depart.js depart",
  "hook/connection/depart.js prepare", // reads inside the net, and falls back to the message itself
  "hook/connection/depart.js prepareBatch", // the same for each message of a batch
  "hook/connection/calls.js runCall",
  "hook/connection/connect.js followCall", // reads inside the net, runs the call, hands its promise on
  "hook/connection/tap.js tapSend", // defines a property, once for each connection
  "hook/connection/tap.js receive",
  "hook/connection/tap.js createTap", // makes an object
]);

/** Patches at load time: before the first message, with a report on failure. */
const AT_LOAD =
  /^(hook\/loader\/.*|hook\/server-details\.js|hook\/other-instrumentations\.js|output\/(stderr|stderr-descriptor|at-exit|say|call-site)\.js)$/;

export async function load(url, context, next) {
  const loaded = await next(url, context);
  const file = OURS.exec(url)?.[1];
  if (file === undefined || loaded.source === undefined) return loaded;
  return { ...loaded, source: sabotage(file, String(loaded.source)) };
}

export function sabotage(file, source) {
  if (file === "hook/hub.js")
    return source.replace(
      "current = next;",
      'current = globalThis[Symbol.for("faults")]?.hub(next) ?? next;',
    );
  if (NET.has(file) || AT_LOAD.test(file)) return source;
  return source.replaceAll(/^(export )?function (\w+)\(/gm, (whole, exported = "", name) => {
    const place = `${file} ${name}`;
    if (NET.has(place)) return whole;
    return (
      `${exported}function ${name}(...args) {\n` +
      `  const plan = globalThis[Symbol.for("faults")];\n` +
      `  const real = () => real_${name}.apply(this, args);\n` +
      `  return plan === undefined ? real() : plan.at(${JSON.stringify(place)}, real);\n}\n` +
      `function real_${name}(`
    );
  });
}
