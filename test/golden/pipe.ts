import { AsyncResource } from "node:async_hooks";
import { PassThrough } from "node:stream";
import { context, ROOT_CONTEXT } from "@opentelemetry/api";

/**
 * The client's end of a stdio server without a process: bytes cross and nothing else. As with a real child, messages
 * arrive in the context in which the pipe was opened, and the server does not know the client's context.
 */
export class StdioPipe {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  onmessage?: (message: unknown) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;

  start(): Promise<void> {
    let rest = "";
    const read = (chunk: Buffer): void => {
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach((line) => this.onmessage?.(JSON.parse(line)));
    };
    this.stdout.on("data", AsyncResource.bind(read));
    return Promise.resolve();
  }

  send(message: unknown): Promise<void> {
    context.with(ROOT_CONTEXT, () => this.stdin.write(`${JSON.stringify(message)}\n`));
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.stdin.end();
    this.onclose?.();
    return Promise.resolve();
  }
}
