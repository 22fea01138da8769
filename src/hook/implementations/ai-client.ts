import { describePeer } from "../../operation/connection.ts";
import { safely, surround } from "../../output/safely.ts";
import { hub } from "../hub.ts";
import { replaceMethod } from "../replace.ts";
import { isTransport } from "../sdk-shapes.ts";
import { followCall } from "../connection/connect.ts";
import { passOn } from "../connection/pass-on.ts";
import { runConnecting, tapTransport, type Connecting } from "../connection/tap.ts";

/**
 * The MCP client of Vercel's AI SDK, in `@ai-sdk/mcp` and up to 5.0 inside `ai`: a class of its own without a Protocol. `init` starts the
 * transport and asks `initialize`; every request goes through `request`, which gets one object with `request` and `options`.
 * https://github.com/vercel/ai/tree/main/packages/mcp
 */
export function wrapAiClient(prototype: object): boolean {
  return (
    replaceMethod(
      prototype,
      "init",
      (original) =>
        function (...args) {
          if (hub() === undefined) return original.apply(this, args);
          safely("connect", () => {
            const { transport, clientInfo } = this as { transport?: unknown; clientInfo?: unknown };
            if (isTransport(transport)) tapTransport(transport, "client", describePeer(clientInfo));
          });
          // The application may hand over a transport of an MCP SDK, whose `start` is patched too.
          const under: Connecting = { role: "client", over: false, probes: false };
          const ready = surround(
            "connecting",
            (init) => runConnecting(under, init),
            () => original.apply(this, args),
          );
          return passOn(ready, () => (under.over = true));
        },
    ) &&
    replaceMethod(
      prototype,
      "request",
      (original) =>
        function (...args) {
          const [given] = args as [{ request?: unknown; options?: unknown } | undefined];
          return followCall(
            () => [given?.request, given?.options],
            () => original.apply(this, args),
          );
        },
    )
  );
}
