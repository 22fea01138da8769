/** `npx mcp-otelkit proxy --to <url>`: a server over HTTP in any language, seen from in front of it. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";
import { createHostCheck, isLoopback } from "../admin/host-check.ts";
import { describeFault } from "../output/describe-fault.ts";
import { say } from "../output/say.ts";
import { observeFromOutside } from "../runtime/outside.ts";
import { createProxy } from "../wire/http/proxy.ts";

const DEFAULT_LISTEN = "127.0.0.1:3939";

const HELP = `usage: npx mcp-otelkit proxy --to <url> [--listen <host:port>]

Passes HTTP on to an MCP server, in any language, and records what it is asked and answers. The OTEL_* variables say where
telemetry goes.

  --to URL             of the server: https://example.com/mcp
  --listen HOST:PORT   where clients connect; ${DEFAULT_LISTEN} where it is not given, and port 0 is any free one
`;

interface Address {
  readonly host: string;
  readonly port: number;
}

/** @returns an exit code where nothing listens; else the process lives until a signal ends it */
export async function proxy(words: readonly string[]): Promise<number> {
  const given = readOptions(words);
  if (typeof given === "string") {
    process.stderr.write(given === HELP ? HELP : `mcp-otelkit proxy: ${given}\n`);
    return given === HELP ? 0 : 2;
  }
  const { target, listen } = given;
  const knows = createHostCheck(listen.host);
  const observing = observeFromOutside(`requests to ${target.host}`);
  const server = createProxy({
    target,
    observing,
    admits: ({ localAddress, host }) => !isLoopback(localAddress) || knows(host),
  });
  server.listen(listen.port, listen.host);
  try {
    await once(server, "listening");
  } catch (error) {
    say(`proxy: cannot listen on ${listen.host}:${listen.port}: ${describeListenError(error)}`);
    return 1;
  }
  // A fault in here must not end the server.
  process.on("uncaughtException", (error) =>
    say(`mcp-otelkit failed, and requests pass: ${describeFault(error)}`),
  );
  const { address, family, port } = server.address() as AddressInfo;
  const host = family === "IPv6" ? `[${address}]` : address;
  say(
    `proxy: http://${host}:${port}${target.pathname === "/" ? "" : target.pathname} passes on to ${target.href}`,
  );
  return 0;
}

/** @returns what is wrong, as a text */
function readOptions(words: readonly string[]): { readonly target: URL; readonly listen: Address } | string {
  let values: { to?: string; listen?: string; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...words],
      options: { to: { type: "string" }, listen: { type: "string" }, help: { type: "boolean", short: "h" } },
    }));
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}; see npx mcp-otelkit proxy --help`;
  }
  if (values.help === true) return HELP;
  if (values.to === undefined)
    return "--to is missing: the URL of the server, such as --to http://localhost:3000/mcp";
  const target = URL.canParse(values.to) ? new URL(values.to) : undefined;
  if (target === undefined || !/^https?:$/.test(target.protocol))
    return `--to ${JSON.stringify(values.to)} is no http or https URL; write it as http://localhost:3000/mcp`;
  if (target.username !== "" || target.password !== "")
    return "--to has a user or a password in it; clients send credentials themselves, in the Authorization header";
  const listen = readAddress(values.listen ?? DEFAULT_LISTEN);
  if (listen === undefined)
    return `--listen ${JSON.stringify(values.listen)} is no host and port; write it as ${DEFAULT_LISTEN} or [::1]:3939`;
  return { target, listen };
}

function readAddress(text: string): Address | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:.]+)\]|([^:\s/[\]]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

function describeListenError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return "another program does; name another port with --listen HOST:PORT";
  if (code === "EACCES") return "not allowed; a port above 1023 needs no rights";
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return "this machine has no such address; see --listen";
  return message;
}
