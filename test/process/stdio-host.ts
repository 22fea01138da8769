// A host that starts an MCP server over stdio, byte for byte, without an SDK.
import { startProgram, type Circumstances, type Running } from "./program.ts";

export interface HostedServer extends Running {
  /** Has the server add two numbers; resolves with the answer's arrival. */
  add(a: number, b: number): Promise<void>;
  call(tool: string, args?: object): void;
  endInput(): void;
}

/** Starts a server and shakes hands with it. */
export function startServer(words: readonly string[], circumstances: Circumstances): HostedServer {
  const running = startProgram(words, circumstances);
  let id = 0;
  const write = (message: object): void =>
    void running.child.stdin?.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const call = (name: string, args: object = {}): void =>
    write({ id: (id += 1), method: "tools/call", params: { name, arguments: args } });
  const clientInfo = { name: "host", version: "1.0.0" };
  write({
    id,
    method: "initialize",
    params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo },
  });
  write({ method: "notifications/initialized" });
  return {
    ...running,
    call,
    async add(a, b) {
      call("add", { a, b });
      await running.printed(`sum ${a + b}`);
    },
    endInput: () => void running.child.stdin?.end(),
  };
}
