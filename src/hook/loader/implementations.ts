/**
 * The implementations of MCP: their packages, and the classes that are patched in them. Two tables of data, which the loader's
 * thread loads as well; how a class is patched is in `patches.ts`. docs/other-implementations.md shows how to add one.
 */

/** A package with classes that are patched. */
export interface Implementation {
  readonly package: string;
  /** What a process is that uses it. */
  readonly as: "server" | "client" | "server, client";
  /** The lowest supported version, and the first major version that is not supported. */
  readonly from: readonly [major: number, minor: number];
  readonly below: number;
  /**
   * Files that hand their classes over by name: paths below `dist/`, as ECMAScript modules and as CommonJS. Without any, the
   * classes are recognised by their shape, in any file of the package and in bundles.
   */
  readonly files: Readonly<Record<string, "esm" | "cjs">>;
}

export const IMPLEMENTATIONS: readonly Implementation[] = [
  {
    // Plain tsc output, the same names in every version. Users never import these files; other files of the SDK do.
    package: "@modelcontextprotocol/sdk",
    as: "server, client",
    from: [0, 6],
    below: 2,
    files: {
      // up to 1.2, ES modules alone
      "shared/protocol.js": "esm",
      "server/index.js": "esm",
      "server/stdio.js": "esm",
      "server/sse.js": "esm",
      "client/stdio.js": "esm",
      "client/sse.js": "esm",
      "client/websocket.js": "esm",
      "esm/shared/protocol.js": "esm",
      "cjs/shared/protocol.js": "cjs",
      "esm/server/index.js": "esm",
      "cjs/server/index.js": "cjs",
      "esm/server/mcp.js": "esm",
      "cjs/server/mcp.js": "cjs",
      "esm/server/stdio.js": "esm",
      "cjs/server/stdio.js": "cjs",
      "esm/server/sse.js": "esm",
      "cjs/server/sse.js": "cjs",
      "esm/server/streamableHttp.js": "esm",
      "cjs/server/streamableHttp.js": "cjs",
      "esm/server/webStandardStreamableHttp.js": "esm",
      "cjs/server/webStandardStreamableHttp.js": "cjs",
      "esm/client/stdio.js": "esm",
      "cjs/client/stdio.js": "cjs",
      "esm/client/sse.js": "esm",
      "cjs/client/sse.js": "cjs",
      "esm/client/streamableHttp.js": "esm",
      "cjs/client/streamableHttp.js": "cjs",
      "esm/client/websocket.js": "esm",
      "cjs/client/websocket.js": "cjs",
      "esm/shared/uriTemplate.js": "esm",
      "cjs/shared/uriTemplate.js": "cjs",
    },
  },
  {
    // Bundled into chunks whose names change with every release; the entry has every class in its scope.
    package: "@modelcontextprotocol/server",
    as: "server",
    from: [2, 0],
    below: 3,
    files: { "index.mjs": "esm", "index.cjs": "cjs", "stdio.mjs": "esm", "stdio.cjs": "cjs" },
  },
  {
    package: "@modelcontextprotocol/client",
    as: "client",
    from: [2, 0],
    below: 3,
    files: { "index.mjs": "esm", "index.cjs": "cjs", "stdio.mjs": "esm", "stdio.cjs": "cjs" },
  },
  { package: "@ai-sdk/mcp", as: "client", from: [0, 0], below: 2, files: {} },
  { package: "ai", as: "client", from: [4, 2], below: 6, files: {} },
  { package: "tmcp", as: "server", from: [1, 16], below: 2, files: {} },
];

/** How a class is recognised: in a source text without its name, and as an object that is passed to `instrumentMcp`. */
export interface ClassRow {
  /** All of these methods are its own. */
  readonly methods: readonly string[];
  /** Other text in its body: error messages and property names. */
  readonly says: readonly string[];
  /**
   * Set on a class through which all messages of a connection pass; one of these is in every file that holds an implementation.
   * The text is one of `says`, and hardly any other file has it: most files end at this test.
   */
  readonly text?: string;
  /** Any of these sets of methods identifies it among the classes of an implementation. */
  readonly handed?: readonly (readonly string[])[];
}

/** In the body of each SDK's Protocol, from 0.6 to 2.x, minified or not. */
const PROTOCOL_TEXT = "unknown message ID";
/** The end of the error message of a transport that is started twice, in each transport but v1's wrapper for Node. */
export const TRANSPORT_TEXT = "ransport already started";
const TMCP_TEXT = "Protocol version validation failed";

/**
 * The classes that a loaded file is asked for, in the order in which they are patched and named. `methods` and `says` have to be so
 * long that no other class of the world fits.
 */
export const CLASSES = {
  Protocol: {
    methods: [
      "connect",
      "close",
      "request",
      "notification",
      "setRequestHandler",
      "setNotificationHandler",
      "_onrequest",
      "_onresponse",
      "_onnotification",
    ],
    says: [PROTOCOL_TEXT, "_transport", "_requestHandlers", "onmessage"],
    text: PROTOCOL_TEXT,
    handed: [["connect", "request", "notification"]],
  },
  Client: {
    methods: ["connect", "callTool", "listTools", "getServerCapabilities", "assertRequestHandlerCapability"],
    says: [],
    handed: [["callTool", "connect"]],
  },
  Server: {
    methods: ["getClientCapabilities", "createMessage", "_oninitialize", "assertRequestHandlerCapability"],
    says: [],
  },
  // Before McpServer, which it resembles.
  TmcpServer: {
    methods: ["receive", "on", "tool", "prompt", "resource", "template", "elicitation", "refreshRoots"],
    says: [TMCP_TEXT, "initialize", "tools/call"],
    text: TMCP_TEXT,
    handed: [["receive", "on", "tool", "prompt"]],
  },
  McpServer: {
    methods: ["connect", "close", "setToolRequestHandlers"],
    says: ["_registeredTools"],
    handed: [["registerTool"], ["tool", "prompt"]],
  },
  AiClient: {
    methods: ["init", "close", "request", "onResponse", "callTool", "assertCapability"],
    says: [PROTOCOL_TEXT, "responseHandlers", "onmessage", "clientInfo"],
    text: PROTOCOL_TEXT,
    handed: [["init", "request", "onResponse"]],
  },
  UriTemplate: {
    methods: ["match", "expand", "expandPart", "partToRegExp"],
    says: [],
    handed: [["match", "expand"]],
  },
  StdioClientTransport: {
    methods: ["start", "send", "close", "processReadBuffer"],
    says: ["_process", "_readBuffer", "_serverParams"],
  },
  StdioServerTransport: {
    methods: ["start", "send", "close", "processReadBuffer"],
    says: ["_stdin", "_stdout", "_readBuffer"],
  },
  SSEClientTransport: {
    methods: ["start", "send", "close", "_startOrAuth", "_commonHeaders"],
    says: ["_eventSource", "_endpoint", "onmessage"],
  },
  SSEServerTransport: {
    methods: ["start", "send", "close", "handlePostMessage", "handleMessage"],
    says: ["_sseResponse", "onmessage"],
  },
  StreamableHTTPClientTransport: {
    methods: ["start", "send", "close", "_startOrAuthSse", "_handleSseStream", "_commonHeaders"],
    says: ["_abortController", "mcp-session-id", "onmessage"],
  },
  // It delegates `start` to the next one; before that existed, it was that one.
  StreamableHTTPServerTransport: {
    methods: ["start", "send", "close", "handleRequest", "closeSSEStream"],
    says: ["_webStandardTransport", "onmessage"],
  },
  WebStandardStreamableHTTPServerTransport: {
    methods: [
      "start",
      "send",
      "close",
      "handleRequest",
      "handleGetRequest",
      "handlePostRequest",
      "validateSession",
    ],
    says: ["_streamMapping", "onmessage"],
  },
  WebSocketClientTransport: {
    methods: ["start", "send", "close"],
    says: ["WebSocketClientTransport already started", "onmessage"],
  },
} as const satisfies Record<string, ClassRow>;

export type SdkClass = keyof typeof CLASSES;

/** The classes of transports that relays wire to each other, with no class for messages between them. */
export const TRANSPORT_CLASSES = {
  StdioClientTransport: "client",
  StdioServerTransport: "server",
  SSEClientTransport: "client",
  SSEServerTransport: "server",
  StreamableHTTPClientTransport: "client",
  StreamableHTTPServerTransport: "server",
  WebStandardStreamableHTTPServerTransport: "server",
  WebSocketClientTransport: "client",
} as const;
export type TransportClass = keyof typeof TRANSPORT_CLASSES;
