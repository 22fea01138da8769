import { expect, it } from "vitest";
import { hub } from "../../src/hook/hub.ts";
import { addressKey, createHttpConversations, sessionKey } from "../../src/wire/http/conversations.ts";
import { countObserved } from "../../src/wire/live.ts";
import { record } from "../hook/fakes.ts";

const CALL = { jsonrpc: "2.0", id: 1, method: "ping" };

function observing() {
  record();
  const found = hub();
  if (found === undefined) throw new Error("nothing records");
  return found;
}

it("gives up the one that was not heard of for longest, where there are too many", () => {
  const conversations = createHttpConversations(observing(), 2);
  for (const id of ["a", "b"]) conversations.keep(sessionKey(id), conversations.open(id));
  conversations.find(sessionKey("a"))?.toServer(CALL);

  conversations.keep(sessionKey("c"), conversations.open("c"));

  expect(conversations.size).toBe(2);
  expect(conversations.find(sessionKey("b"))).toBeUndefined();
  expect(conversations.find(sessionKey("a"))?.sessionId).toBe("a");
});

it("ends a conversation by an address only where the address is still its own", () => {
  const conversations = createHttpConversations(observing());
  const before = countObserved();
  const [first, second] = [conversations.open("/messages"), conversations.open("/messages")];
  conversations.keep(addressKey("/messages"), first);

  expect(conversations.keep(addressKey("/messages"), second)).toBe(first);
  second.toServer(CALL);
  conversations.end(addressKey("/messages"), first);

  expect(first.kept).toBe(false);
  expect(conversations.find(addressKey("/messages"))).toBe(second);
  expect(countObserved()).toBe(before + 1);
});

it("holds nothing of a conversation that is over", () => {
  const conversations = createHttpConversations(observing());
  const before = countObserved();
  const conversation = conversations.open("a");
  conversations.keep(sessionKey("a"), conversation);
  conversation.toServer(CALL);
  expect(countObserved()).toBe(before + 1);

  conversations.end(sessionKey("a"));

  expect(conversations.size).toBe(0);
  expect(countObserved()).toBe(before);
});
