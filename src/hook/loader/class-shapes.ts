import type { ClassBody } from "./class-bodies.ts";
import type { SdkClass } from "./targets.ts";

/** How a class of an SDK is recognised without its name. */
interface Shape {
  /** All of these methods are its own. */
  readonly methods: readonly string[];
  /** Other text in its body: error messages and property names. */
  readonly says: readonly string[];
}

/** In the body of each SDK's Protocol, from 0.6 to 2.x, minified or not. */
export const PROTOCOL_TEXT = "unknown message ID";

/** The end of the error message of a transport that is started twice, in each transport but v1's wrapper for Node. */
export const TRANSPORT_TEXT = "ransport already started";

/**
 * The SDK's classes from 0.6 to 2.x, and the client of the AI SDK, which has the text of the protocol as well. Each row has to be so
 * long that no other class of the world fits.
 */
export const SHAPES: Readonly<Record<SdkClass, Shape>> = {
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
  },
  Client: {
    methods: ["connect", "callTool", "listTools", "getServerCapabilities", "assertRequestHandlerCapability"],
    says: [],
  },
  Server: {
    methods: ["getClientCapabilities", "createMessage", "_oninitialize", "assertRequestHandlerCapability"],
    says: [],
  },
  McpServer: { methods: ["connect", "close", "setToolRequestHandlers"], says: ["_registeredTools"] },
  AiClient: {
    methods: ["init", "close", "request", "onResponse", "callTool", "assertCapability"],
    says: [PROTOCOL_TEXT, "responseHandlers", "onmessage", "clientInfo"],
  },
  UriTemplate: { methods: ["match", "expand", "expandPart", "partToRegExp"], says: [] },
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
};

const ROWS = Object.entries(SHAPES) as readonly [SdkClass, Shape][];

/** Which SDK class this is; `undefined` for any other class. */
export function shapeOf(source: string, { start, end, methods }: ClassBody): SdkClass | undefined {
  if (methods.length < 3) return undefined;
  const fitting = ROWS.filter(([, shape]) => shape.methods.every((name) => methods.includes(name)));
  if (fitting.length === 0) return undefined;
  const body = source.slice(start, end);
  return fitting.find(([, { says }]) => says.every((text) => body.includes(text)))?.[0];
}
