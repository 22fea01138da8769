import type { ClassBody } from "./class-bodies.ts";
import type { SdkClass } from "./targets.ts";

/** How a class of an SDK is known when its name is gone. */
interface Shape {
  /** Methods of its own, all of them. */
  readonly methods: readonly string[];
  /** What else its body says: texts of errors and names of properties. */
  readonly says: readonly string[];
}

/** In the body of each SDK's Protocol, from 0.6 to 2.x, minified or not. */
export const PROTOCOL_TEXT = "unknown message ID";

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
};

const ROWS = Object.entries(SHAPES) as readonly [SdkClass, Shape][];

/** Which class of an SDK this is; `undefined` for every other class of the world. */
export function shapeOf(source: string, { start, end, methods }: ClassBody): SdkClass | undefined {
  if (methods.length < 3) return undefined;
  const fitting = ROWS.filter(([, shape]) => shape.methods.every((name) => methods.includes(name)));
  if (fitting.length === 0) return undefined;
  const body = source.slice(start, end);
  return fitting.find(([, { says }]) => says.every((text) => body.includes(text)))?.[0];
}
