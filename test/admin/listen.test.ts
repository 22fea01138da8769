import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addressesOf, closeAll, listenOn } from "../../src/admin/listen.ts";
import { canListenOn, createStarter } from "./start.ts";

const BOTH = ["127.0.0.1", "::1"];

let starter: ReturnType<typeof createStarter>;
let created: Server[];
const create = (): Server => {
  const server = createServer();
  created.push(server);
  return server;
};
beforeEach(() => {
  starter = createStarter();
  created = [];
});
afterEach(async () => {
  await closeAll(created.filter(({ listening }) => listening));
  await starter.closeAll();
});

test.each([
  ["localhost", BOTH],
  ["LocalHost", BOTH],
  ["127.0.0.1", ["127.0.0.1"]],
  ["[::1]", ["::1"]],
  ["0.0.0.0", ["0.0.0.0"]],
  ["shop.example", ["shop.example"]],
])("%s is %j", (host, addresses) => {
  expect(addressesOf(host)).toEqual(addresses);
});

test("an address that this machine does not have is passed over, as IPv6 often has to be", async () => {
  const { address, servers } = await listenOn(["203.0.113.77", "127.0.0.1"], 0, create, { partly: false });

  expect({ address, count: servers.length }).toEqual({ address: "127.0.0.1", count: 1 });
});

test("no address that this machine has is an error", async () => {
  const attempt = listenOn(["203.0.113.77", "203.0.113.78"], 0, create, { partly: true });

  await expect(attempt).rejects.toMatchObject({ code: "EADDRNOTAVAIL" });
});

describe.skipIf(!(await canListenOn("::1")))("a port that is taken on the second address", () => {
  test("is not a free one, and the first is given back", async () => {
    const { port } = (await starter.occupy(0, "::1")).address() as AddressInfo;

    await expect(listenOn(BOTH, port, create, { partly: false })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });

    await starter.occupy(port, "127.0.0.1");
    expect(created.map(({ listening }) => listening)).toEqual([false, false]);
  });

  test("is half a port where that is better than none", async () => {
    const { port } = (await starter.occupy(0, "::1")).address() as AddressInfo;

    const { address, taken } = await listenOn(BOTH, port, create, { partly: true });

    expect({ address, taken }).toEqual({ address: "127.0.0.1", taken: "::1" });
  });
});
