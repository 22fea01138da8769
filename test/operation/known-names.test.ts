import { expect, it } from "vitest";
import { createKnownNames } from "../../src/operation/known-names.ts";

const room = (size: number) => ({ own: size, connection: size, connections: size });

it("believes in what it learnt, kind by kind", () => {
  const known = createKnownNames();
  known.learn("tool", "add");
  expect([known.has("tool", "add"), known.has("prompt", "add"), known.has("tool", "constructor")]).toEqual([
    true,
    false,
    false,
  ]);
  for (const odd of [undefined, 7, "", "x".repeat(129), {}]) known.learn("tool", odd);
  expect([known.has("tool", ""), known.has("tool", "x".repeat(129))]).toEqual([false, false]);
});

it("takes in no more than its cap, whatever is listed [cardinality.cap]", () => {
  const known = createKnownNames({ tool: room(2) });
  for (const name of ["a", "b", "c", "a"]) known.learn("tool", name);
  expect(["a", "b", "c"].map((name) => known.has("tool", name))).toEqual([true, true, false]);

  const usual = createKnownNames();
  const names = Array.from({ length: 10_000 }, (_, at) => `tool-${at}`);
  names.forEach((name) => usual.learn("tool", name));
  expect(names.filter((name) => usual.has("tool", name))).toHaveLength(1000);
});

it("knows the protocol's own methods from the start, cap or not", () => {
  const known = createKnownNames({ method: room(0) });
  known.learn("method", "demo/own");
  expect([
    known.has("method", "tools/call"),
    known.has("method", "demo/own"),
    known.has("method", "__proto__"),
  ]).toEqual([true, false, false]);
});

it("gives each connection room of its own, so that no peer uses up another's [cardinality.cap]", () => {
  const known = createKnownNames({ tool: { own: 1, connection: 2, connections: 3 } });
  const [greedy, modest, late] = [{}, {}, {}];

  for (const name of ["g1", "g2", "g3", "g4"]) known.learn("tool", name, greedy);
  known.learn("tool", "m1", modest);
  known.learn("tool", "l1", late); // all connections together have a limit as well
  known.learn("tool", "mine");

  const tried = ["g1", "g2", "g3", "g4", "m1", "l1", "mine"];
  expect(tried.filter((name) => known.has("tool", name))).toEqual(["g1", "g2", "m1", "mine"]);
  expect(known.suppressed.get("name_refused")).toBe(3);
});

it("lets no peer use up the room for error codes and revisions either", () => {
  const known = createKnownNames();
  const greedy = {};

  for (let code = 1; code < 1000; code++) known.admitted("code", String(code), greedy);
  for (let day = 10; day < 100; day++) known.admitted("revision", `2030-01-${day}`, greedy);

  expect([known.admitted("code", "-32603", {}), known.admitted("code", "-5", {})]).toEqual(["-32603", "-5"]);
  expect(known.admitted("revision", "2031-01-01", {})).toBe("2031-01-01");
  expect(known.admitted("revision", "2031-01-02", greedy)).toBe("_OTHER");
});
