import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));

export interface ProxyProcess {
  /** Where clients connect, with the target's path. */
  readonly url: string;
  readonly pid: number;
  /** Ends it by SIGTERM; resolves when it is gone, and has sent what it had. @returns what it wrote to stderr */
  end(): Promise<string>;
}

/** `mcp-otelkit proxy` in front of a server, as built. */
export async function startProxyProcess(
  target: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ProxyProcess> {
  const child = spawn(process.execPath, [CLI, "proxy", "--to", target, "--listen", "127.0.0.1:0"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env["PATH"], OTEL_INSTRUMENTATION_MCP_ADMIN: "off", ...env },
  });
  const exited = once(child, "exit");
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  let url: string | undefined;
  while (url === undefined) {
    await Promise.race([once(child.stderr, "data"), exited]);
    url = /proxy: (\S+) passes on/.exec(said)?.[1];
    if (url === undefined && child.exitCode !== null) throw new Error(`the proxy ended: ${said}`);
  }
  return {
    url,
    pid: child.pid ?? 0,
    async end() {
      child.kill("SIGTERM");
      await exited;
      return said;
    },
  };
}
