import { createBrotliDecompress, createGunzip, createInflate, constants } from "node:zlib";
import type { Transform } from "node:stream";
import { createEventReader } from "./event-stream.ts";
import { MAX_LINE_BYTES } from "../pipe/lines.ts";
import { parse } from "../parse.ts";

/** Reads the messages in the body of an HTTP response, as a copy of it passes. */
export interface MessageReader {
  push(chunk: Buffer): void;
  /** There is no more. @param done called when all of it has been read */
  end(done: () => void): void;
}

export interface Heard {
  message(message: unknown): void;
  /** Before Streamable HTTP: where messages are to be sent. */
  endpoint(address: string): void;
  /** The stream can be gone on with, after it has ended. */
  resumable(): void;
  /** A message was too long to be read, or in a form that cannot be. */
  unread(): void;
}

/** How bodies are compressed. An event has to come out as soon as it has come in. */
const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip({ flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }),
  deflate: () => createInflate({ flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }),
  br: () =>
    createBrotliDecompress({
      flush: constants.BROTLI_OPERATION_FLUSH,
      finishFlush: constants.BROTLI_OPERATION_FLUSH,
    }),
};

/** @returns `undefined` for what carries no messages, such as a page */
export function createMessageReader(type: string, encoding: string, heard: Heard): MessageReader | undefined {
  const plain = type.startsWith("text/event-stream")
    ? readEvents(heard)
    : /^application\/(?:[\w.+-]+\+)?json\b/.test(type)
      ? readWhole(heard)
      : undefined;
  if (plain === undefined || encoding === "" || encoding === "identity") return plain;
  const decoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding]?.() : undefined;
  if (decoder !== undefined) return readDecoded(decoder, plain, heard);
  heard.unread();
  return undefined;
}

function readEvents(heard: Heard): MessageReader {
  const events = createEventReader(
    MAX_LINE_BYTES,
    (type, data) => {
      if (type === "endpoint") heard.endpoint(data);
      else tell(parse(data), heard);
    },
    heard,
  );
  return { push: (chunk) => events.push(chunk), end: (done) => done() };
}

function readWhole(heard: Heard): MessageReader {
  let chunks: Buffer[] = [];
  let kept = 0;
  return {
    push(chunk) {
      kept += chunk.length;
      if (kept <= MAX_LINE_BYTES) chunks.push(chunk);
      else chunks = [];
    },
    end(done) {
      if (kept > MAX_LINE_BYTES) heard.unread();
      else tell(parse(Buffer.concat(chunks).toString()), heard);
      chunks = [];
      done();
    },
  };
}

/** Beside the body, and never in its way: where reading falls behind by this much, the rest is not read. */
const MOST_BEHIND = 4 * MAX_LINE_BYTES;

function readDecoded(decoder: Transform, plain: MessageReader, heard: Heard): MessageReader {
  let over = false;
  let finish: () => void = () => undefined;
  const stop = (): void => {
    if (over) return;
    over = true;
    plain.end(finish);
  };
  decoder.on("data", (chunk: Buffer) => plain.push(chunk));
  decoder.on("end", stop);
  decoder.on("error", () => {
    if (!over) heard.unread();
    stop();
  });
  return {
    push(chunk) {
      if (over) return;
      decoder.write(chunk);
      if (decoder.writableLength > MOST_BEHIND) decoder.destroy(new Error("too far behind"));
    },
    end(done) {
      if (over) {
        done();
        return;
      }
      finish = done;
      decoder.end();
    },
  };
}

function tell(body: unknown, heard: Heard): void {
  for (const message of [body].flat()) if (message !== undefined) heard.message(message);
}
