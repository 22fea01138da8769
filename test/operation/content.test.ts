import { expect, it } from "vitest";
import { redactMessage, redactUri } from "../../src/privacy/uri.ts";

it.each([
  ["file:///notes/today", "file:///notes/today"],
  ["https://user:word@host:8080/a/b#part", "https://host:8080/a/b#REDACTED"],
  ["https://token@host", "https://host"],
  ["https://us@er:w@rd@host/", "https://host/"],
  ["//user:word@host/a", "//host/a"],
  ["custom+scheme://me@there/x", "custom+scheme://there/x"],
  ["note:///a@b?day=monday&who=me&flag#end", "note:///a@b?day=REDACTED&who=REDACTED&REDACTED#REDACTED"],
  ["mailto:someone@example.com?subject=hello", "mailto:REDACTED?subject=REDACTED"],
  ["db://host/q?sql=a=b", "db://host/q?sql=REDACTED"],
  ["not a uri at all", "not a uri at all"],
  ["?", "?"],
  ["https://host/a;jsessionid=hunter2", "https://host/a;jsessionid=REDACTED"],
  ["https://host/cb%3Ftoken=hunter2%26page=2", "https://host/cb%3Ftoken=REDACTED%26page=REDACTED"],
  [
    "https://api.telegram.org/bot123456789:AAx1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1y/getMe",
    "https://api.telegram.org/botREDACTED/getMe",
  ],
  ["postgres://user:hunter2@host/db", "postgres://host/db"],
  ["jdbc:postgresql://user:hunter2@host/db", "jdbc:postgresql://host/db"],
  ["proxy://host/postgres://user:hunter2@host/db", "proxy://host/postgres://host/db"],
  ["data:text/plain;base64,aHVudGVyMg==", "data:text/plain,[35 characters]"],
  ["https://host/a#hunter2", "https://host/a#REDACTED"],
  ["https://host/a%23hunter2", "https://host/a#REDACTED"],
  ["https://host/files/sk-proj-abcdefghijklmnop1234/a.txt", "https://host/files/REDACTED/a.txt"],
  ["", ""],
])("a URI %j is recorded as %j [attr.mcp.resource.uri]", (uri, recorded) => {
  expect(redactUri(uri)).toBe(recorded);
});

it("finds userinfo of any length, and cuts what is left [attr.mcp.resource.uri]", () => {
  expect(redactUri(`https://${"s".repeat(5000)}@host/a`)).toBe("https://host/a");
  expect(redactUri(`file:///${"a".repeat(5000)}`)).toHaveLength(1025);
  expect(redactUri(`https://host/?${"key=secret&".repeat(100_000)}`)).not.toContain("secret");
});

const TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P";
const SECRETS = [
  TOKEN,
  "sk-proj-abcdefghijklmnop1234",
  "sk_live_abcdefghijklmnop1234",
  "ghp_abcdefghijklmnop1234567890",
  "github_pat_11AAAAAAA0abcdefghijklmn",
  "glpat-abcdefghij1234567890",
  "xoxb-123456789012-abcdefghijkl",
  "npm_abcdefghijklmnopqrstuvwxyz0123456789",
  "AKIAIOSFODNN7EXAMPLE",
  `AIza${"a".repeat(35)}`,
];

it.each([
  ...SECRETS.map((secret) => [`the key is ${secret} here`, secret]),
  ["Authorization: Bearer abc.def-ghi", "abc.def-ghi"],
  ["Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"],
  ["cannot reach postgres://admin:hunter2@db/x", "hunter2"],
  ['{"password": "hunter2"}', "hunter2"],
  ["?api_key=hunter2&x=1", "hunter2"],
  ["access-token: hunter2", "hunter2"],
  ["-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----", "hunter2"],
  ["-----BEGIN PRIVATE KEY-----\nhunter2 without an end", "hunter2"],
])("an error message %j is recorded without its secret [privacy.redaction]", (message, secret) => {
  expect(redactMessage(message)).not.toContain(secret);
  expect(redactMessage(message)).toContain("REDACTED");
});

it("recognises a secret that the cut goes through [privacy.redaction]", () => {
  for (let before = 440; before < 512; before++) {
    expect(redactMessage(`${"x ".repeat(before / 2)}${TOKEN}`)).not.toContain("eyJhbG");
    expect(redactMessage(`${"x ".repeat(before / 2)}postgres://admin:hunter2345678@db/x`)).not.toContain(
      "hunter",
    );
  }
});

it("a URI in a message loses what its attribute loses [privacy.redaction]", () => {
  expect(redactMessage("cannot read note:///a?day=monday&who=me#top, sorry")).toBe(
    "cannot read note:///a?day=REDACTED&who=REDACTED#top, sorry",
  );
});

it("leaves an ordinary message as it is, and cuts a long one", () => {
  const ordinary = "Tool nope not found: the token was at position 3, see https://example.com/a";
  expect(redactMessage(ordinary)).toBe(ordinary);
  expect(redactMessage("x".repeat(1_000_000))).toHaveLength(513);
});
