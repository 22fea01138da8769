import { describe, expect, it } from "vitest";
import { PROVIDER_KEYS } from "../../src/privacy/secrets/provider-keys.ts";
import { LEFT_TO_THE_PROCESS, MUST_GO, MUST_PASS } from "../support/secret-samples.ts";
import { serialise, serialiseText } from "../../src/privacy/redact.ts";
import { isSecretKey } from "../../src/privacy/secrets/secret-keys.ts";
import { redactText } from "../../src/privacy/secrets/secrets.ts";

const LIMIT = { limit: 8192 };
const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P";

describe("a secret is known by its look", () => {
  it.each([
    ["JSON Web Token", JWT],
    ["JSON Web Token after another word", `x-${JWT}`, JWT],
    ["encrypted token", "eyJhbGciOiJSU0EtT0FFUCJ9..aXY.Y2lwaGVydGV4dA.dGFn"],
    ["bearer token", "Bearer hunter-two", "hunter-two"],
    ["basic credentials", "Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"],
    ["OpenAI key", "sk-proj-abcdefghijklmnop1234"],
    ["Anthropic key", "sk-ant-api03-abcdefghijklmnop1234"],
    ["Stripe key", "sk_live_abcdefghijklmnop1234"],
    ["Stripe restricted key", "rk_live_abcdefghijklmnop1234"],
    ["GitHub token", "ghp_abcdefghijklmnop1234567890"],
    ["fine-grained GitHub token", "github_pat_11AAAAAAA0abcdefghijklmn"],
    ["GitLab token", "glpat-abcdefghij1234567890"],
    ["Slack token", "xoxb-123456789012-abcdefghijkl"],
    ["Slack webhook", "https://hooks.slack.com/services/T000/B000/XXXXYYYYZZZZ", "XXXXYYYYZZZZ"],
    ["npm token", "npm_abcdefghijklmnopqrstuvwxyz0123456789"],
    ["Hugging Face token", "hf_abcdefghijklmnopqrstuvwxyz01234567"],
    ["AWS access key id", "AKIAIOSFODNN7EXAMPLE"],
    ["AWS secret access key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".replace("EXAMPLEKEY", "EXAMPLEK3Y")],
    ["Google API key", `AIza${"Sy4_".repeat(8)}abc`],
    ["Google OAuth token", "ya29.a0AfH6SMBabcdefgh"],
    ["SendGrid key", "SG.abcdefghijklmnopqrstuv.abcdefgh"],
    ["Telegram bot token", `123456789:AA${"x1".repeat(16)}y`],
    ["private key", "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "MIIE"],
    ["private key without an end", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk", "b3Blbn"],
    ["PGP private key", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQdGB", "lQdGB"],
    ["password in a URL", "postgres://admin:hunter2@db/x", "hunter2"],
    ["password with an @ in a URL", "postgres://admin:hun@ter2@db/x", "hun"],
    ["token in a URL", "https://hunter2@github.com/a/b", "hunter2"],
    ["e-mail address", "bob@example.com"],
    ["e-mail address with a tag", "Bob.O'Neil <bob.oneil+mcp@mail.example.co.uk>", "oneil+mcp@mail"],
    ["e-mail address in other letters", "jürgen@müller.example", "jürgen"],
    ["escaped e-mail address", "?to=bob%40example.com", "bob%40example"],
    ["card number", "4111111111111111"],
    ["card number in groups", "4111 1111 1111 1111"],
    ["card number with dashes", "5500-0000-0000-0004"],
    ["American Express number", "3782 822463 10005"],
    ["card number after letters", "card4111111111111111", "4111111111111111"],
    ["assignment", "password=hunter2", "hunter2"],
    ["environment variable", "DB_PASSWORD=hunter2 NODE_ENV=test", "hunter2"],
    ["header line", "Authorization: Custom hunter2, three words", "words"],
    ["cookie line", "Cookie: a=hunter2; b=hunter3", "hunter3"],
    ["query", "/path?x=1&api_key=hunter2&y=2", "hunter2"],
    ["flag", "login --password hunter2 --verbose", "hunter2"],
    ["flag with =", "login --api-key=hunter2", "hunter2"],
    ["JSON in a text", '{"user":"bob","password":"hunter 2, and \\"more\\""}', "more"],
    ["JSON in JSON in a text", '{"body":"{\\"password\\":\\"hunter2 and more\\"}"}', "hunter2"],
    ["JavaScript in a text", "{ clientSecret: 'hunter2 and more' }", "more"],
    ["list in JSON in a text", '{"secrets": ["a]", {"b": "hunter2"}], "x": 1}', "hunter2"],
    [
      "object in JSON in a text",
      '{"credentials": {\n  "user": {"x": 1},\n  "word": "hunter2"\n}, "x": 1}',
      "hunter2",
    ],
    ["two words", "API Key: hunter2", "hunter2"],
    ["three words", "Your secret access key = hunter2", "hunter2"],
    ["brackets", "password=(hunter2)", "hunter2"],
    ["curl", "curl -u bob:hunter2 https://example.com", "hunter2"],
    ["XML in a text", "<password>hunter2</password>", "hunter2"],
    ["YAML in a text", "secret_key: hunter2\nname: x", "hunter2"],
    ["npmrc", "//packages.example.com/:_password=hunter2", "hunter2"],
  ])("%s [privacy.redaction]", (_look, text, secret = text) => {
    for (const said of [text, `before ${text} after`, `{"text": ${JSON.stringify(text)}}`, `«${text}»`]) {
      const recorded = serialise({ said }, "", LIMIT);
      expect(recorded).not.toContain(JSON.stringify(secret).slice(1, -1));
      expect(recorded).toContain("REDACTED");
    }
  });

  it.each([
    "the token was at position 3; max_tokens=512, tokens: 12",
    "Basic authentication is a basic understanding of token expiry",
    "express@5.3.0 and @scope/package@1.2.3-rc.1",
    "2026-11-22T20:47:51.123Z 1700000000000 1700000000000000000",
    "4111111111111112 and 1234567890123456 fail the check",
    "pi is 3.141592653589793238 and a half 0.4111111111111111",
    "commit 20e75a3f1b2c4d5e6f708192a3b4c5d6e7f80912 in src/operation/redact.ts:12",
    "7f9c24e8-3b12-4fef-91e0-5a0a4d6c8f21",
    "https://example.com/a/b?page=2#part, see //comment and C:\\Users\\x",
    "a == b, c => d, e >= f; keyboard: qwerty; monkey=see",
    "/very/long/path/of/many/folders/in/Some1/Place/that/goes/on/and/on.txt",
    "password policy: none, cookie settings: all; the tokens: {a: 1}, keys = [1, 2]",
    "ask a secretary; sk-12; eyJ; AKIA; Bearer of news",
    "emoji 👩‍👩‍👧 and ünïcödé, 你好",
    "",
  ])("and what looks like none stays: %j", (text) => {
    expect(redactText(text, 8192)).toEqual({ text, cut: false, looked: text.length });
  });
});

describe("as in the Collector", () => {
  it.each(MUST_GO)("out goes what has to in %s [privacy.redaction]", (text) => {
    expect(serialise({ said: text.replace("~", "") }, "", LIMIT)).not.toContain("CANARY");
  });

  it.each(LEFT_TO_THE_PROCESS)("and what the Collector cannot, in %s: %s [privacy.redaction]", (text) => {
    expect(serialise({ said: text }, "", LIMIT)).not.toContain("CANARY");
  });

  it.each(MUST_PASS)("and %s stays", (text) => {
    expect(redactText(text, 8192).text).toBe(text);
  });
});

describe("a key is known by the prefix that its provider gives it", () => {
  it.each(PROVIDER_KEYS.map(([id, , pattern]) => [id, exampleOf(pattern)] as const))(
    "%s [privacy.redaction]",
    (_id, key) => {
      expect(redactText(`before ${key} after`, 8192).text).toBe("before REDACTED after");
    },
  );
});

describe("a secret is known by its name, however it is written", () => {
  it.each([
    "password: |\n  hunter2\n  hunter2\nname: x",
    "a:\n  - password: >-\n      hunter2\n    other: y",
    "password:\n  hunter2\nname: x",
    '{"key":"password","value":"hunter2"}',
    "- name: DB_PASSWORD\n  value: hunter2\n",
    '[["password","hunter2"]]',
    '<add key="Password" value="hunter2"/>',
    '["node","--password","hunter2"]',
    "Ocp-Apim-Subscription-Key: hunter2",
    "mnemonic: hunter2 and hunter2",
    "pin=hunter2",
    "pa\u200bssword=hunter2",
    "p\u0430ssword: hunter2",
    "\uff50assword: hunter2",
  ])("in text: %j [privacy.redaction]", (text) => {
    expect(redactText(text, 8192).text).not.toContain("hunter2");
    expect(redactText(text, 8192).text).toContain("REDACTED");
  });

  it.each([
    { list: [["password", "hunter2"]] },
    { list: [{ Key: "password", Value: "hunter2" }] },
    { list: [{ k: "token", v: "hunter2" }] },
    { args: ["--password", "hunter2"] },
    { "p\u0430ss\u200bword": "hunter2" },
    { "ocp-apim-subscription-key": "hunter2" },
    { mnemonic: "hunter2" },
    { pin: "hunter2" },
    { rawHeaders: ["Host", "x", "Authorization", "hunter2"] },
    { commands: [["set", "password", "hunter2"]] },
    { list: [{ label: "Password", value: "hunter2" }] },
    { list: [{ content: "hunter2", name: "authorization" }] },
    { list: [{ title: "Your API Key", text: "hunter2" }] },
    { "\u{1d429}\u{1d41a}ssw\u0585rd": "hunter2" },
    { "pa\u0301ssword": "hunter2" },
  ])("in data: %j [privacy.redaction]", (data) => {
    expect(serialise(data, "", LIMIT)).not.toContain("hunter2");
  });

  it("and what is beside a secret, or only looks like a list of names, stays", () => {
    expect(redactText("a:\n  password: >-\n    hunter2\n  other: y", 8192).text).toContain("other: y");
    expect(serialise({ required: ["password", "username"] }, "", LIMIT)).toBe(
      '{"required":["password","username"]}',
    );
    const help = { title: "How to reset your password", text: "Ask for a link" };
    expect(serialise(help, "", LIMIT)).toBe(JSON.stringify(help));
    const allowed = ["Accept", "Content-Type", "Authorization", "X-Requested-With"];
    expect(serialise(allowed, "", LIMIT)).toBe(JSON.stringify(allowed));
    expect(redactText("name: PASSWORD\n- name: CITY\n  value: Paris", 8192).text).toContain("Paris");
    expect(redactText("Server=a;Password=b;Database=c", 8192).text).toBe(
      "Server=a;Password=REDACTED;Database=c",
    );
    expect(redactText("password = a b user = c", 8192).text).toBe("password = REDACTED user = c");
    expect(serialise({ list: [["city", "Paris"]] }, "", LIMIT)).toBe('{"list":[["city","Paris"]]}');
    expect(serialise({ next_page_token: "12" }, "", LIMIT)).toBe('{"next_page_token":"12"}');
  });
});

describe("a secret is known by its name", () => {
  it.each(
    `authorization Authorization Proxy-Authorization password passwd pwd userPassword user_password DB-PASSWORD passwordHash
     passphrase secret secrets clientSecret client_secret CLIENT_SECRET SECRET_KEY_BASE token accessToken access_token refreshToken
     idToken X-Auth-Token x-csrf-token apiKey api_key api-key apikey API_KEY APIKey OPENAI_API_KEY accessKey aws_access_key_id
     awsSecretAccessKey privateKey private_key ssh-key encryptionKey cookie Cookie set-cookie cookies session_id sessionId
     sessionid sid connect.sid JSESSIONID PHPSESSID credential credentials creds aws.credentials bearer ssn
     socialSecurityNumber cardNumber card_number creditCard credit-card-number cc_number cvv cvc CVV2 securityCode otp totp
     code_verifier iban auth auth_header access_tokens token2 tokenA token_old apikey1 psk wpa_psk pw jwt hmac passkey tls.key
     password_v2 secret-prod`.split(/\s+/),
  )("%s [privacy.redaction]", (key) => {
    expect(isSecretKey(key)).toBe(true);
    expect(serialise({ [key]: "hunter2" }, "", LIMIT)).toBe(`{"${key}":"REDACTED"}`);
    expect(serialise({ deep: [{ [key]: { any: ["thing"] } }] }, "", LIMIT)).not.toContain("thing");
  });

  it.each(
    `tokens_used max_tokens maxTokens prompt_tokens tokenCount tokenizer token_type keyboard monkey key keys primary_key
     foreignKey publicKey public_key secretary compass bypass passes passenger author authors authority oauth session sessions
     card cards discard postcard keywords hotkey inside aside sidebar process assess incredible number phone_number
     spin signature design cookbook NextToken sync_token nextSyncToken $skiptoken auth0 key1 keyA page_token_2`.split(
      /\s+/,
    ),
  )("and %s is not", (key) => {
    expect(isSecretKey(key)).toBe(false);
    expect(serialise({ [key]: "kept" }, "", LIMIT)).toBe(`{"${key}":"kept"}`);
  });

  it("beside it, in a list of headers", () => {
    const headers = [
      { name: "Authorization", value: "hunter2" },
      { name: "Accept", value: "text/html" },
    ];

    expect(serialise(headers, "", LIMIT)).toBe(
      '[{"name":"Authorization","value":"REDACTED"},{"name":"Accept","value":"text/html"}]',
    );
  });

  it("but yes, no and nothing are no secrets", () => {
    expect(serialise({ password: true, token: null, secret: undefined }, "", LIMIT)).toBe(
      '{"password":true,"token":null}',
    );
  });

  it("and a name can be one", () => {
    expect(serialise({ "bob@example.com": 1 }, "", LIMIT)).toBe('{"REDACTED":1}');
  });
});

it("numbers can be card numbers", () => {
  expect(serialise([4111111111111111, 4111111111111112, 4111111111111111n, 1e300], "", LIMIT)).toBe(
    '["REDACTED",4111111111111112,"REDACTED",1e+300]',
  );
});

it("data in base64 is described by its size", () => {
  const data = Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 7919) % 256)).toString("base64");

  expect(serialise({ data }, "", LIMIT)).toBe('{"data":"[base64, 4000 characters]"}');
  expect(serialise(`![x](data:image/png;base64,${data})`, "", LIMIT)).toBe(
    '"![x](data:image/png;base64,[base64, 4000 characters])"',
  );
  expect(serialiseText(data.repeat(100), "", LIMIT)).toBe("[base64, 400000 characters]");
});

/** A text that a pattern of the table describes: the first of all alternatives, and no more of anything than there has to be. */
function exampleOf(pattern: string): string {
  let source = pattern;
  for (let open = /\((?:\?:)?([^()]*)\)(\{\d+[,\d]*\}|\?)?/.exec(source); open !== null;) {
    const [whole, inside = "", times = ""] = open;
    const first = inside.split("|")[0] ?? "";
    const text = times === "?" ? "" : times === "" ? exampleOf(first) : exampleOf(first).repeat(least(times));
    source = source.replace(whole, () => text.replaceAll(/[.[\]{}()?+*\\|]/g, String.raw`\$&`));
    open = /\((?:\?:)?([^()]*)\)(\{\d+[,\d]*\}|\?)?/.exec(source);
  }
  return source.replaceAll(
    /(\[[^\]]+\]|\\[\s\S]|[^\\])(\{\d+[,\d]*\}|\?)?/g,
    (_all, what: string, times: string = "") =>
      times === "?" ? "" : letterOf(what).repeat(times === "" ? 1 : least(times)),
  );
}

function least(times: string): number {
  return Number(/\d+/.exec(times)?.[0] ?? 1);
}

function letterOf(what: string): string {
  if (what === String.raw`\d`) return "1";
  if (what === String.raw`\w`) return "a";
  if (what.startsWith("\\")) return what.slice(1);
  if (!what.startsWith("[")) return what;
  return what.startsWith(String.raw`[\w`) ? "a" : what.charAt(1);
}
