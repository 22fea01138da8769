import { wrapAiClient } from "../implementations/ai-client.ts";
import { wrapConnect, wrapFunnel, wrapStart } from "../connection/connect.ts";
import { wrapTmcpServer } from "../implementations/tmcp-server.ts";
import { wrapRegistrations, wrapTemplateMatch, wrapToolExecution } from "../server-details.ts";
import { stdioServerLoaded } from "../stdio-server.ts";
import { TRANSPORT_CLASSES, type SdkClass, type TransportClass } from "./implementations.ts";

/** How each class is patched. False: it lacks the expected methods. */
export const PATCHES: Readonly<Record<SdkClass, (prototype: object) => boolean | void>> = {
  Protocol: (prototype) => wrapConnect(prototype) && wrapFunnel(prototype),
  Client: (prototype) => wrapConnect(prototype, false),
  Server: () => true, // nothing to patch; its presence shows that this process is a server
  McpServer(prototype) {
    wrapRegistrations(prototype);
    wrapToolExecution(prototype);
  },
  TmcpServer: wrapTmcpServer,
  AiClient: wrapAiClient,
  UriTemplate: wrapTemplateMatch,
  ...transports(),
};

function transports(): Record<TransportClass, (prototype: object) => boolean> {
  const rows = Object.entries(TRANSPORT_CLASSES) as [TransportClass, "client" | "server"][];
  return Object.fromEntries(
    rows.map(([name, role]) => [
      name,
      (prototype: object) => {
        if (name === "StdioServerTransport") stdioServerLoaded();
        return wrapStart(prototype, role);
      },
    ]),
  ) as Record<TransportClass, (prototype: object) => boolean>;
}
