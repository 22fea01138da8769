import { describe, expect, it } from "vitest";
import {
  captureLogData,
  captureRequest,
  captureResult,
  type CapturePolicy,
} from "../../src/privacy/capture.ts";
import { BOOBY_TRAPS, HOSTILE } from "./hostile.ts";

const KINDS = ["arguments", "results", "prompts", "messages"] as const;
type Kind = (typeof KINDS)[number];

function policy(kinds: readonly Kind[], more: Partial<CapturePolicy> = {}): CapturePolicy {
  return { kinds: new Set(kinds), allowTools: [], denyTools: [], limit: 8192, ...more };
}

const ADD = { method: "tools/call", target: "add" };

interface Said {
  readonly kind: Kind;
  readonly method: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly attributes: Readonly<Record<string, string>>;
}

const SAID: readonly Said[] = [
  {
    kind: "arguments",
    method: "tools/call",
    params: { name: "add", arguments: { a: 1, b: "two" }, _meta: { progressToken: "p" } },
    attributes: { "gen_ai.tool.call.arguments": '{"a":1,"b":"two"}' },
  },
  {
    kind: "results",
    method: "tools/call",
    result: {
      content: [
        { type: "text", text: "three" },
        { type: "resource", resource: { uri: "note:///a", text: "not to be told", mimeType: "text/plain" } },
        { type: "resource", resource: { uri: "note:///b", blob: "bm90IHRvIGJlIHRvbGQ=" } },
        { type: "image", data: "bm90IHRvIGJlIHRvbGQ=", mimeType: "image/png" },
      ],
      structuredContent: { sum: 3 },
      isError: false,
      _meta: { trace: "not to be told" },
    },
    attributes: {
      "gen_ai.tool.call.result":
        '{"content":[{"type":"text","text":"three"},' +
        '{"type":"resource","resource":{"uri":"note:///a","mimeType":"text/plain","text":"[14 characters]"}},' +
        '{"type":"resource","resource":{"uri":"note:///b","blob":"[20 characters]"}},' +
        '{"type":"image","mimeType":"image/png","data":"[20 characters]"}],' +
        '"structuredContent":{"sum":3},"isError":false}',
    },
  },
  {
    kind: "prompts",
    method: "prompts/get",
    params: { name: "greet", arguments: { city: "Paris", api_key: "hunter2", "": "nameless" } },
    attributes: {
      "gen_ai.prompt.variable.city": "Paris",
      "gen_ai.prompt.variable.api_key": "REDACTED",
      "gen_ai.prompt.variable.": "nameless",
    },
  },
  {
    kind: "prompts",
    method: "prompts/get",
    result: {
      description: "not to be told",
      messages: [
        { role: "user", content: { type: "text", text: "Hello" } },
        { role: "user", content: { type: "resource", resource: { uri: "a:b", text: "not to be told" } } },
      ],
    },
    attributes: {
      "mcp.prompt.messages":
        '[{"role":"user","content":{"type":"text","text":"Hello"}},' +
        '{"role":"user","content":{"type":"resource","resource":{"uri":"a:b","text":"[14 characters]"}}}]',
    },
  },
  {
    kind: "messages",
    method: "sampling/createMessage",
    params: {
      systemPrompt: "Be brief.",
      maxTokens: 100,
      metadata: { note: "not to be told" },
      messages: [
        { role: "user", content: { type: "text", text: "Hi" } },
        { role: "assistant", content: [{ type: "tool_use", id: "1", name: "add", input: { a: 1 } }] },
        {
          role: "user",
          content: [{ type: "tool_result", toolUseId: "1", content: [{ type: "text", text: "3" }] }],
        },
        { role: "user", content: { type: "audio", data: "bm90IHRvIGJlIHRvbGQ=", mimeType: "audio/wav" } },
      ],
    },
    attributes: {
      "gen_ai.system_instructions": '[{"type":"text","content":"Be brief."}]',
      "gen_ai.input.messages":
        '[{"role":"user","parts":[{"type":"text","content":"Hi"}]},' +
        '{"role":"assistant","parts":[{"type":"tool_call","id":"1","name":"add","arguments":{"a":1}}]},' +
        '{"role":"user","parts":[{"type":"tool_call_response","id":"1","response":[{"type":"text","text":"3"}]}]},' +
        '{"role":"user","parts":[{"type":"blob","modality":"audio","mime_type":"audio/wav","content":"[20 characters]"}]}]',
    },
  },
  {
    kind: "messages",
    method: "sampling/createMessage",
    result: {
      role: "assistant",
      content: { type: "text", text: "Hello" },
      model: "m",
      stopReason: "endTurn",
    },
    attributes: {
      "gen_ai.output.messages":
        '[{"role":"assistant","parts":[{"type":"text","content":"Hello"}],"finish_reason":"stop"}]',
    },
  },
  {
    kind: "messages",
    method: "elicitation/create",
    params: { message: "Which city?", requestedSchema: { description: "not to be told" } },
    attributes: { "mcp.elicitation.message": "Which city?" },
  },
  {
    kind: "messages",
    method: "elicitation/create",
    result: { action: "accept", content: { city: "Paris", password: "hunter2" } },
    attributes: { "mcp.elicitation.content": '{"city":"Paris","password":"REDACTED"}' },
  },
  {
    kind: "messages",
    method: "tools/call",
    result: {
      resultType: "input_required",
      requestState: "not to be told",
      inputRequests: {
        city: { method: "elicitation/create", params: { message: "Which city?" } },
        roots: { method: "roots/list", params: { note: "not to be told" } },
        model: {
          method: "sampling/createMessage",
          params: { messages: [{ role: "user", content: { type: "text", text: "Hi" } }] },
        },
      },
    },
    attributes: {
      "mcp.input.requests":
        '{"city":{"method":"elicitation/create","message":"Which city?"},"roots":{"method":"roots/list"},' +
        '"model":{"method":"sampling/createMessage","messages":[{"role":"user","parts":[{"type":"text","content":"Hi"}]}]}}',
    },
  },
  {
    kind: "messages",
    method: "tools/call",
    params: {
      name: "add",
      inputResponses: {
        city: { action: "accept", content: { city: "Paris" } },
        roots: { roots: [{ uri: "file:///not/to/be/told" }] },
        model: { role: "assistant", content: { type: "text", text: "Hello" }, model: "m" },
      },
    },
    attributes: {
      "mcp.input.responses":
        '{"city":{"action":"accept","content":{"city":"Paris"}},"roots":{},' +
        '"model":[{"role":"assistant","parts":[{"type":"text","content":"Hello"}]}]}',
    },
  },
];

function capture({ method, params, result }: Said, by: CapturePolicy): Readonly<Record<string, string>> {
  const operation = { method, target: "add" };
  return params === undefined ? captureResult(operation, result, by) : captureRequest(operation, params, by);
}

describe.each(SAID)("$kind: $method %#", (said) => {
  it("is captured where it is turned on [privacy.opt-in]", () => {
    expect(capture(said, policy([said.kind]))).toEqual(said.attributes);
    expect(capture(said, policy(KINDS))).toEqual(said.attributes);
  });

  it("and by no other kind [privacy.opt-in]", () => {
    const others = KINDS.filter((kind) => kind !== said.kind);

    expect(capture(said, policy(others))).toEqual({});
    expect(capture(said, policy([]))).toEqual({});
  });
});

it("log data is a message, as text", () => {
  const data = { data: { user: "bob", token: "hunter2" }, level: "info", logger: "db" };

  expect(captureLogData(data, policy(["messages"]))).toBe('{"user":"bob","token":"REDACTED"}');
  expect(captureLogData({ data: "plain text" }, policy(["messages"]))).toBe("plain text");
  expect(captureLogData({ level: "info" }, policy(["messages"]))).toBeUndefined();
  expect(captureLogData(data, policy(["arguments", "results", "prompts"]))).toBeUndefined();
});

it.each([
  ["resources/read", { uri: "note:///a" }, { contents: [{ uri: "note:///a", text: "not to be told" }] }],
  ["completion/complete", { argument: { name: "a", value: "b" } }, { completion: { values: ["c"] } }],
  ["roots/list", {}, { roots: [{ uri: "file:///a" }] }],
  ["tasks/result", { taskId: "1" }, { content: [{ type: "text", text: "not to be told" }] }],
  ["tools/list", {}, { tools: [{ name: "a", description: "not to be told" }] }],
  ["custom/method", { arguments: { a: 1 } }, { content: [], messages: [] }],
  ["constructor", { arguments: { a: 1 } }, { content: [] }],
])("%s says nothing that can be asked for", (method, params, result) => {
  expect(captureRequest({ method }, params, policy(KINDS))).toEqual({});
  expect(captureResult({ method }, result, policy(KINDS))).toEqual({});
});

it.each<[allow: string[], deny: string[], tool: string | undefined, captured: boolean]>([
  [[], [], "add", true],
  [[], [], undefined, true],
  [["add"], [], "add", true],
  [["add"], [], "Add", false],
  [["add"], [], "adder", false],
  [["add"], [], undefined, false],
  [["add*"], [], "adder", true],
  [["*add"], [], "readd", true],
  [["a*d"], [], "ad", true],
  [["ad*d"], [], "ad", false],
  [["a*b*c"], [], "a1b2c", true],
  [["a*b*c"], [], "acb", false],
  [["*"], [], "anything", true],
  [["a.d"], [], "add", false],
  [["sub", "add"], [], "add", true],
  [[], ["add"], "add", false],
  [[], ["add"], "sub", true],
  [[], ["add"], undefined, false],
  [["*"], ["ad*"], "add", false],
  [["add"], ["add"], "add", false],
  [["*a*a*a*a*a*a*a*a*b"], [], "a".repeat(100_000), false],
])(
  "with allow %j and deny %j the tool %s is captured: %s [privacy.opt-in]",
  (allowTools, denyTools, target, captured) => {
    const operation = { method: "tools/call", ...(target !== undefined && { target }) };
    const by = policy(KINDS, { allowTools, denyTools });

    const request = captureRequest(
      operation,
      { arguments: { a: 1 }, inputResponses: { a: { action: "decline" } } },
      by,
    );
    const result = captureResult(operation, { content: [{ type: "text", text: "3" }] }, by);

    expect(Object.keys(request)).toHaveLength(captured ? 2 : 0);
    expect(Object.keys(result)).toHaveLength(captured ? 1 : 0);
  },
);

it("what is not asked for costs no object", () => {
  const off = captureRequest(ADD, { arguments: {} }, policy(["results"]));

  expect(captureResult(ADD, { content: [] }, policy([]))).toBe(off);
  expect(captureRequest({ method: "ping" }, {}, policy(KINDS))).toBe(off);
  expect(captureResult(ADD, { toolResult: 1 }, policy(KINDS))).toBe(off);
});

describe("the user's own redaction", () => {
  it("is called for every value with its place, but for no secret", () => {
    const heard: [string, unknown][] = [];
    const redact = (value: unknown, where: string): unknown => {
      heard.push([where, value]);
      return value;
    };
    const params = {
      arguments: {
        user: { email: "bob@example.com", age: 7, password: "hunter2" },
        on: true,
        no: null,
        tags: ["a"],
      },
    };

    const captured = captureRequest(ADD, params, policy(KINDS, { redact }));

    expect(captured).toEqual(captureRequest(ADD, params, policy(KINDS)));
    expect(heard).toEqual([
      ["arguments.user.age", 7],
      ["arguments.on", true],
      ["arguments.no", null],
      ["arguments.tags.0", "a"],
    ]);
  });

  it("says what is recorded, which is looked through once more", () => {
    const answers: Record<string, unknown> = {
      "arguments.street": "a street",
      "arguments.mail": "now bob@example.com",
      "arguments.deep": { password: "hunter2", list: [1, "x"] },
      "arguments.gone": undefined,
      "arguments.late": Promise.reject(new Error("not heard by anybody")),
    };
    const redact = (_: unknown, where: string): unknown => {
      if (where === "arguments.bad") throw new Error("a mistake");
      return answers[where];
    };
    const names = ["street", "mail", "deep", "gone", "late", "bad"];
    const params = { arguments: Object.fromEntries(names.map((name) => [name, "private"])) };

    expect(captureRequest(ADD, params, policy(KINDS, { redact }))["gen_ai.tool.call.arguments"]).toBe(
      '{"street":"a street","mail":"now REDACTED","deep":{"password":"REDACTED","list":[1,"x"]},"late":"REDACTED","bad":"REDACTED"}',
    );
  });

  it("is called for prompt variables and texts as well", () => {
    const redact = (value: unknown, where: string): unknown => `${where}: ${String(value)}`;
    const by = policy(KINDS, { redact });

    expect(captureRequest({ method: "prompts/get" }, { arguments: { city: "Paris" } }, by)).toEqual({
      "gen_ai.prompt.variable.city": "prompt.arguments.city: Paris",
    });
    expect(captureRequest({ method: "elicitation/create" }, { message: "City?" }, by)).toEqual({
      "mcp.elicitation.message": "elicitation.message: City?",
    });
    expect(captureLogData({ data: "text" }, by)).toBe("log.data: text");
    expect(captureResult(ADD, { content: [{ text: "3" }] }, by)).toEqual({
      "gen_ai.tool.call.result": '{"content":[{"text":"result.content.0.text: 3"}]}',
    });
  });
});

it("prompt variables are bounded in number, name and length, together", () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`v${at}`, "x"]));
  const long = { ["n".repeat(10_000)]: "x", a: "y ".repeat(10_000), b: "z ".repeat(10_000) };

  const [named, cut] = [many, long].map((variables) =>
    captureRequest({ method: "prompts/get" }, { arguments: variables }, policy(KINDS, { limit: 100 })),
  );

  expect(Object.keys(named ?? {})).toHaveLength(32);
  expect(Object.keys(cut ?? {}).map((name) => name.length)).toEqual([23 + 128, 24]);
  expect(Object.values(cut ?? {}).join("").length).toBeLessThanOrEqual(100);
});

it("any value may be anywhere", () => {
  const values = [...HOSTILE, ...BOOBY_TRAPS];
  const fields = [
    "arguments",
    "messages",
    "systemPrompt",
    "message",
    "content",
    "structuredContent",
    "inputRequests",
  ];
  const methods = [
    "tools/call",
    "prompts/get",
    "sampling/createMessage",
    "elicitation/create",
    "resources/read",
  ];
  const by = policy(KINDS, { limit: 500 });
  let captured = 0;

  for (const value of values) {
    const holders = [
      value,
      ...[...fields, "inputResponses", "data"].flatMap((field) => [
        { [field]: value },
        { [field]: [value, value] },
        {
          [field]: [{ type: "resource", resource: value, content: value, role: value }, { content: [value] }],
        },
        {
          [field]: {
            a: value,
            b: { method: "sampling/createMessage", params: value, role: "", action: value },
          },
        },
      ]),
    ];
    for (const holder of holders) {
      const texts = [captureLogData(holder, by) ?? ""];
      for (const method of methods) {
        texts.push(...Object.values(captureRequest({ method, target: "t" }, holder, by)));
        texts.push(...Object.values(captureResult({ method, target: "t" }, holder, by)));
      }
      expect(texts.filter((text) => typeof text !== "string" || text.length > 500)).toEqual([]);
      captured += texts.filter(Boolean).length;
    }
  }

  expect(captured).toBeGreaterThan(1000);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

it("many arrays within one another are not looked through to their ends", () => {
  const blocks = Array.from({ length: 10_000 }, () => ({ type: "text", text: "x" }));
  const messages = Array.from({ length: 10_000 }, () => ({ role: "user", content: blocks }));

  const { "gen_ai.input.messages": said = "" } = captureRequest(
    { method: "sampling/createMessage" },
    { messages },
    policy(KINDS),
  );

  expect(said.length).toBeLessThanOrEqual(8192);
  expect(said).toContain("…");
});
