import { describe, expect, it } from "vitest";
import { serialise, serialiseText } from "../../src/privacy/redact.ts";
import { redactText } from "../../src/privacy/secrets/secrets.ts";
import { redactMessage, redactUri } from "../../src/privacy/uri.ts";
import { randomOf, SECRETS } from "./random-value.ts";
import { ADVERSARIAL } from "./adversarial.ts";
import { BOOBY_TRAPS, HOSTILE } from "./hostile.ts";

const LIMIT = { limit: 8192 };

function bang(): never {
  throw new Error("booby trap");
}

describe("whatever the value, the text is JSON, and short", () => {
  const revoked = Proxy.revocable([], {});
  revoked.revoke();
  const traps = new Proxy(
    {},
    { ownKeys: bang, getOwnPropertyDescriptor: bang, getPrototypeOf: bang, get: bang },
  );
  const wide: Record<string, number> = {};
  for (let at = 0; at < 100_000; at++) wide[`key${at}`] = at;
  const odd: readonly unknown[] = [
    ...HOSTILE,
    ...BOOBY_TRAPS,
    revoked.proxy,
    traps,
    new Proxy([1], { get: bang }),
    new Proxy([], { get: (_, name) => (name === "length" ? Infinity : undefined) }),
    { toJSON: bang },
    Object.create({ toJSON: bang }),
    Object.create(Date.prototype),
    Object.create(Map.prototype),
    Object.create(String.prototype),
    Object.defineProperty([1, 2], "1", { get: bang, enumerable: true }),
    Object.assign(Object.create(null) as object, { a: 1 }),
    // oxlint-disable-next-line unicorn/new-for-builtins -- somebody may
    [new String("boxed"), new Number(1), new Boolean(true), Object(1n), Object(Symbol("s"))],
    new String("x".repeat(1_000_000)),
    [1n << 1_000_000n, -(1n << 1_000_000n), 2n ** 64n],
    new Uint8Array(10_000_000),
    Array(4_294_967_295),
    Array(1_000_000).fill(null),
    wide,
    "\ud800".repeat(100_000),
    '\u0000\u001f"\\'.repeat(100_000),
    "👩‍👩‍👧".repeat(100_000),
    "lorem ipsum ".repeat(1_000_000),
    nested(1_000, (inner) => ({ inner })),
    nested(100_000, (inner) => [inner]),
    class Named {
      token = 1;
    },
    Promise.resolve(1),
    new WeakMap(),
    /x/,
    globalThis,
    process,
  ];

  // By number: a test runner would take a closer look at the values than some of them bear.
  it.each(odd.map((value, at) => [at, typeof value]))("%i: %s", (at) => {
    const value = odd[at];
    for (const limit of [0, 1, 2, 3, 10, 11, 12, 20, 100, 8192, Number.NaN, -1]) {
      const longest = Math.max(0, limit || 0);
      for (const said of [serialise(value, "", { limit }), serialise({ a: [value, 1] }, "", { limit })]) {
        if (said === undefined) continue;
        expect(said.length).toBeLessThanOrEqual(longest);
        expect(() => JSON.parse(said) as unknown).not.toThrow();
      }
      expect(serialiseText(value, "", { limit })?.length ?? 0).toBeLessThanOrEqual(longest);
    }
  });
});

it("values at random: never a throw, never too long, never a piece of a secret [privacy.redaction]", () => {
  for (let seed = 1; seed <= 150; seed++) {
    const { value, limit } = randomOf(seed);
    const said = serialise(value, "", { limit }) ?? "null";

    expect(said.length, `seed ${seed}`).toBeLessThanOrEqual(Math.max(limit, 4));
    expect(() => JSON.parse(said) as unknown, `seed ${seed}`).not.toThrow();
    expect(
      SECRETS.filter(({ piece }) => said.includes(piece)),
      `seed ${seed}: ${said}`,
    ).toEqual([]);
  }
});

it("a secret that the cut goes through leaves no half behind [privacy.redaction]", () => {
  for (const { secret, piece } of SECRETS) {
    for (let limit = 0; limit < 160; limit++) {
      const text = `${"so it goes ".repeat(8)}${secret} ${"and on ".repeat(100)}`;
      expect(serialise([text], "", { limit }) ?? "").not.toContain(piece);
      expect(serialiseText(text, "", { limit }) ?? "").not.toContain(piece);
      expect(redactMessage("so it goes ".repeat(40 + limit / 16) + secret)).not.toContain(piece);
    }
  }
});

it("secrets that shrink do not bring into view what was only half looked at [privacy.redaction]", () => {
  const jwt = `eyJ${"a1B2".repeat(50)}`;
  for (let pad = 0; pad < 300; pad += 7) {
    const text = `${" ".repeat(pad)}${`${jwt} `.repeat(200)}`;
    expect(serialise(text, "", { limit: 1000 })).not.toContain("eyJ");
    expect(redactMessage(text)).not.toContain("eyJ");
  }
});

it("time is in proportion to the text, whatever is in it", () => {
  // A pattern that takes time by the square would be at it for minutes here.
  for (const unit of ADVERSARIAL) {
    const text = unit.repeat(100_000 / unit.length);
    expect(redactText(text, text.length).looked).toBe(text.length);
    expect(redactMessage(text).length).toBeLessThanOrEqual(513);
    expect(redactUri(text).length).toBeLessThanOrEqual(50_000);
  }
});

it("no more is looked at than a few times the limit", () => {
  const secrets = Array.from({ length: 10_000 }, () => `eyJ${"a1.".repeat(1_500)}`);

  const said = serialise(secrets, "", LIMIT) ?? "";

  expect(said).toMatch(/^\["REDACTED","REDACTED".*,"…"\]$/);
  expect(said.length).toBeLessThan(200);
});

it("no code of the application runs", () => {
  let ran = 0;
  const run = (): number => ++ran;
  class Price {
    cents = 1;
    get euros(): number {
      return run();
    }
    toJSON(): unknown {
      return run();
    }
  }
  const value = {
    get now() {
      return run();
    },
    price: new Price(),
    when: Object.assign(new Date(0), { toJSON: run, toISOString: run, getTime: run }),
    text: { toString: run, valueOf: run },
    list: Object.assign([1], { [Symbol.iterator]: run }),
  };

  expect(serialise(value, "", LIMIT)).toBe(
    '{"now":"[getter]","price":"[Price]","when":"1970-01-01T00:00:00.000Z","text":{},"list":[1]}',
  );
  expect(ran).toBe(0);
});

function nested(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1;
  for (let at = 0; at < depth; at++) value = wrap(value);
  return value;
}
