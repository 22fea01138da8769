import { expect, it } from "vitest";
import { redactMessage, redactSegments, redactUri, withoutUserinfo } from "../../src/privacy/uri.ts";

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
  // what WHATWG reads as an authority, and what a driver does
  ["http://u:S/EC@h/x", "http://h/x"],
  ["http://u:S?EC@h/x", "http://h/x"],
  ["proxy://host/http://u:S/EC@h/x", "proxy://host/http://h/x"],
  ["http:///u:SEC@h/x", "http://h/x"],
  ["other:///u:SEC@h/x", "other:///h/x"],
  ["http:u:SEC@h/x", "http://h/x"],
  ["https:\\\\u:SEC@h\\x", "https://h\\x"],
  ["view-source:http:/u:SEC@h/x", "view-source:http://h/x"],
  ["postgres:u:SEC@h/db", "postgres:h/db"],
  ["proxy://host/postgres:u:SEC@h/db", "proxy://host/postgres:h/db"],
  ["jdbc:oracle:thin:u/SEC@h:1", "jdbc:oracle:thin:h:1"],
  ["http://h/a%252F%252Fu:SEC%2540h", "http://h/a%252F%252Fh"],
  // escaped more than once
  ["http://h/a%253Ftoken%253DSEC", "http://h/a%253Ftoken%253DREDACTED"],
  [
    "http://h/a%25253Fx%25253DSEC%252526y%25253DSEC",
    "http://h/a%25253Fx%25253DREDACTED%252526y%25253DREDACTED",
  ],
  ["http://h/a%2523SEC", "http://h/a#REDACTED"],
  // named in the path
  ["x://h/token/SEC", "x://h/token/REDACTED"],
  ["x://h/reset-password/SEC/now?a=1", "x://h/reset-password/REDACTED/now?a=REDACTED"],
  ["x://h/token%252FSEC", "x://h/token%252FREDACTED"],
  ["x://h\\\\token\\\\SEC", "x://h\\\\token\\\\REDACTED"],
  ["x://h/a,token=SEC;c", "x://h/a,token=REDACTED"],
  // content behind another scheme
  ["x:data:text/plain,SEC", "x:data:text/plain,[19 characters]"],
  ["view-source:data:,SEC", "view-source:data:,[9 characters]"],
  ["proxy://h/data:text/plain;base64,U0VD", "proxy://h/data:text/plain,[27 characters]"],
  // and what only looks like it
  ["http://localhost:8080/@vite/client", "http://localhost:8080/@vite/client"],
  ["https://host/@scope/package@1.2.3", "https://host/@scope/package@1.2.3"],
  ["http://[::1]:80/a@b", "http://[::1]:80/a@b"],
  ["file:///C:/a@b", "file:///C:/a@b"],
  ["pkg:npm/left-pad@1.3.0", "pkg:npm/left-pad@1.3.0"],
  ["docker:nginx:1.2@sha256:abc", "docker:nginx:1.2@sha256:abc"],
  ["https://host/oauth/token/refresh", "https://host/oauth/token/refresh"],
  ["https://host/secrets/a-name", "https://host/secrets/a-name"],
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

it("a password with a slash in a message's URI is one", () => {
  expect(redactMessage("no way to http://u:S/EC@h/x today")).not.toContain("EC");
});

it("a template keeps its variables", () => {
  for (const template of [
    "db://{host}:{port}/{+path}",
    "x://h:{port}/{name}@{version}",
    "x://h/token/{token}",
  ])
    expect([withoutUserinfo(template), redactSegments(template)]).toEqual([template, template]);
});

it("leaves an ordinary message as it is, and cuts a long one", () => {
  const ordinary = "Tool nope not found: the token was at position 3, see https://example.com/a";
  expect(redactMessage(ordinary)).toBe(ordinary);
  expect(redactMessage("x".repeat(1_000_000))).toHaveLength(513);
});
