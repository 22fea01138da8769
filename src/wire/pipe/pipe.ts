import type { Readable, Writable } from "node:stream";
import { createConnection, learnFromResult, type Peer } from "../../operation/connection.ts";
import { describeMessage, isObject } from "../../operation/message.ts";
import type { RequestId } from "../../operation/message.ts";
import { safely } from "../../output/safely.ts";
import { ATTR_NETWORK_TRANSPORT } from "../../semconv.ts";
import { createConversation } from "../conversation.ts";
import { editMeta } from "../edit-meta.ts";
import { answeredBy } from "./long-answer.ts";
import { createLineSplitter, MAX_LINE_BYTES } from "./lines.ts";
import { parse } from "../parse.ts";
import { pass } from "./pass.ts";
import type { Conversation, Observing } from "../passing.ts";

/** The four streams between a host and the server that it speaks to. */
export interface Ends {
  readonly host: { readonly input: Readable; readonly output: Writable };
  readonly server: { readonly input: Writable; readonly output: Readable };
}

/**
 * Asked at the server's first message, and not before: until then it is open whether the server sees its messages itself.
 * @returns `undefined` where nothing is to be observed from outside
 */
export type Decide = (server: Peer | undefined) => Observing | undefined;

export interface Relay {
  /** Resolves when the server's output has ended. */
  readonly outputEnded: Promise<void>;
  /** Resolves when the host has got all that has come so far, or is gone. */
  written(): Promise<void>;
  /** How many bytes have come from the server. */
  readonly passed: number;
  /** The server is gone. */
  end(): void;
}

/** How many messages may wait for the server's first one. */
const MAX_WAITING = 1000;

/**
 * Passes bytes on in both directions, and looks at them as lines. What comes from the server is passed on before it is looked
 * at. What goes to the server is held from its first byte to its newline, once trace context is added there.
 */
export function relay({ host, server }: Ends, decide: Decide): Relay {
  let state: "waiting" | "observing" | "away" = "waiting";
  let conversation: Conversation | undefined;
  let waiting: { readonly message: unknown; readonly since: number }[] = [];
  let waitingBytes = 0;
  let unread = 0;
  const tooLong = (answers?: RequestId): void => {
    unread += 1;
    safely("a long line", () => conversation?.unread(answers));
  };
  const up = createLineSplitter(MAX_LINE_BYTES, () => tooLong());
  const down = createLineSplitter(MAX_LINE_BYTES, (line) => tooLong(answeredBy(line)));
  /** Of the line that is under way to the server, how much was passed on before observing began. */
  let ahead = 0;
  const toServer = pass(host.input, server.input);
  const toHost = pass(server.output, host.output);

  host.input.on("data", (chunk: Buffer) => {
    if (state === "observing") {
      for (const { bytes, kind } of up.push(chunk)) forward(bytes, kind === "line");
      return;
    }
    toServer.write(chunk);
    if (state === "away") return;
    for (const { bytes, kind } of up.push(chunk)) if (kind === "line") wait(bytes);
    ahead = up.kept;
  });
  const inputIsOver = (): void => {
    if (state === "observing") for (const { bytes } of up.end()) forward(bytes, false);
    server.input.end();
  };
  // A terminal that is gone, or a socket that is reset, ends with an error: only `close` follows.
  host.input.once("end", inputIsOver).once("close", inputIsOver);

  function forward(bytes: Buffer, whole: boolean): void {
    const passed = Math.min(ahead, bytes.length);
    ahead -= passed;
    // Observed in any case, edited only where all of it is still here.
    const edited = (whole ? safely("to the server", () => observe(bytes)) : undefined) ?? bytes;
    toServer.write(passed > 0 ? bytes.subarray(passed) : edited);
  }

  /** @returns the line with trace context in it */
  function observe(line: Buffer): Buffer {
    const message = parse(line);
    if (!Array.isArray(message))
      return editMeta(line, message, conversation?.toServer(message).carrier ?? {});
    for (const one of message) conversation?.toServer(one);
    return line;
  }

  function wait(line: Buffer): void {
    waitingBytes += line.length;
    if (waiting.length >= MAX_WAITING || waitingBytes > MAX_LINE_BYTES) {
      unread += 1;
      return;
    }
    const since = performance.now();
    for (const message of [parse(line)].flat()) if (message !== undefined) waiting.push({ message, since });
  }

  let passed = 0;
  server.output.on("data", (chunk: Buffer) => {
    passed += chunk.length;
    toHost.write(chunk);
    if (state === "away") return;
    for (const { bytes, kind } of down.push(chunk)) {
      if (kind !== "line") continue;
      safely("from the server", () => {
        for (const message of [parse(bytes)].flat()) serverSays(message);
      });
    }
  });

  function serverSays(message: unknown): void {
    // Before its first message a server may print anything, and that says nothing of who sees its messages.
    if (state === "waiting" && describeMessage(message) !== undefined) begin(introduced(message));
    conversation?.toClient(message);
  }

  function begin(peer: Peer | undefined): void {
    const observing = decide(peer);
    state = observing === undefined ? "away" : "observing";
    if (observing !== undefined) {
      conversation = createConversation(observing, { [ATTR_NETWORK_TRANSPORT]: "pipe" });
      for (const { message, since } of waiting) conversation.toServer(message, { since });
      for (let count = 0; count < unread; count += 1) conversation.unread();
    } else {
      up.end();
      down.end();
    }
    waiting = [];
  }

  return {
    outputEnded: new Promise((resolve) => server.output.once("close", resolve)),
    written: () => toHost.written(),
    get passed() {
      return passed;
    },
    end() {
      // It has not said a word: what it was asked is known all the same.
      if (state === "waiting" && waiting.length > 0) begin(undefined);
      conversation?.end();
      state = "away";
    },
  };
}

/** The server's name, where its first message says it. */
function introduced(message: unknown): Peer | undefined {
  const result = isObject(message) ? message["result"] : undefined;
  const connection = createConnection("server", {}, () => undefined);
  for (const method of ["initialize", "server/discover"]) learnFromResult(connection, method, result);
  return connection.server;
}
