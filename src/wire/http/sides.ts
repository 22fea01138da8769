import type { IncomingHttpHeaders } from "node:http";
import type { Readable, Writable } from "node:stream";
import type { RawHeaders } from "./raw-headers.ts";

/** A request of a client, by whichever HTTP it came. */
export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** As HTTP/1.1 has them. */
  readonly rawHeaders: RawHeaders;
  /** Whom it names. */
  readonly host: string | undefined;
  readonly httpVersion: string;
  readonly address: string | undefined;
  readonly port: number | undefined;
  /** Where it arrived. */
  readonly localAddress: string | undefined;
  /** `false`: there is none for sure. */
  readonly hasBody: boolean;
  readonly body: Readable;
  /** Names of headers that no table of HTTP/2 may keep, for the secrets in them. */
  readonly neverIndexed?: readonly string[] | undefined;
}

/** Where the response to it goes. */
export interface Reply {
  readonly begun: boolean;
  /** The client has gone, or the response is cut off. */
  readonly gone: boolean;
  /** All of it has been sent. */
  readonly finished: boolean;
  /** @param headers as HTTP/1.1 has them */
  begin(status: number, reason: string | undefined, headers: RawHeaders): void;
  /** Sends the head where no body has yet taken it along. */
  flush(): void;
  /** @returns whether more is welcome; if not, `drain` follows */
  write(chunk: Buffer): boolean;
  end(trailers?: Trailers): void;
  /** Ends it so that the client sees that something is missing. */
  cut(): void;
  on(event: "close" | "drain", listener: () => void): void;
}

export type Trailers = Readonly<Record<string, string | string[] | undefined>>;

/** What the target is asked. */
export interface Head {
  readonly method: string;
  readonly path: string;
  /** As HTTP/1.1 has them. */
  readonly headers: string[];
  readonly hasBody: boolean;
  readonly neverIndexed?: readonly string[] | undefined;
}

/** What the target answers. */
export interface Answer {
  readonly status: number;
  readonly reason: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** As HTTP/1.1 has them. */
  readonly rawHeaders: RawHeaders;
  readonly body: Readable;
  /** At the end of the body: whether it is all of it. */
  complete(): boolean;
  trailers(): Trailers;
}

/** A request on its way to the target. */
export interface Sent {
  readonly body: Writable;
  cancel(): void;
}

/** Asks the target. One of the two is called, once. */
export type Way = (head: Head, heard: { answer(it: Answer): void; fail(error: Error): void }) => Sent;
