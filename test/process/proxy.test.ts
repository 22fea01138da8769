// `mcp-otelkit proxy` as a program: what it says, what it sends to a collector, TLS to its target, how it ends.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import * as http from "node:http";
import * as http2 from "node:http2";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { startProxyProcess } from "../support/proxy-process.ts";
import { exportingTo, runProgram } from "./program.ts";

const CLI = fileURLToPath(new URL("../../dist/cli.cjs", import.meta.url));
const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const CALL = {
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name: "add", _meta: { traceparent: TRACEPARENT } },
};

interface Heard {
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** A server that answers each request with an empty result, and keeps what it got. */
async function startTarget(
  server: http.Server | https.Server | http2.Http2SecureServer = http.createServer(),
  answers = true,
) {
  const heard: Heard[] = [];
  server.on("request", (request: http.IncomingMessage, response: http.ServerResponse) => {
    void buffer(request).then((bytes) => {
      heard.push({ headers: request.headers, body: bytes.toString() });
      if (!answers) return;
      const { id } = JSON.parse(bytes.toString()) as { id: number };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ jsonrpc: "2.0", id, result: { content: [] } }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
  });
  return { heard, port: (server.address() as AddressInfo).port };
}

async function startProxy(target: string, env: Readonly<Record<string, string>> = {}) {
  const receiver = await startOtlpReceiver();
  const proxy = await startProxyProcess(target, {
    ...exportingTo(receiver.url),
    OTEL_INSTRUMENTATION_MCP_LOG_LINES: "off",
    ...env,
  });
  onTestFinished(async () => {
    await proxy.end();
    await receiver.close();
  });
  return { receiver, ...proxy };
}

function post(url: string, message: object, headers: Readonly<Record<string, string>> = {}) {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(message),
  });
}

it("continues the client's trace, and the server continues its", async () => {
  const target = await startTarget();
  const proxy = await startProxy(`http://127.0.0.1:${target.port}/mcp`);

  const answer = (await (await post(proxy.url, CALL)).json()) as object;
  await proxy.end();

  expect(answer).toEqual({ jsonrpc: "2.0", id: 1, result: { content: [] } });
  const [span] = proxy.receiver.spans();
  expect(span).toMatchObject({ name: "tools/call add", kind: "SERVER", parentSpanId: "b7ad6b7169203331" });
  const passed = `00-0af7651916cd43dd8448eb211c80319c-${span?.spanId}-01`;
  expect(target.heard[0]?.headers["traceparent"]).toBe(passed);
  expect(JSON.parse(target.heard[0]?.body ?? "")).toMatchObject({
    params: { _meta: { traceparent: passed } },
  });
});

it("takes the parent from the headers where the message names none", async () => {
  const target = await startTarget();
  const proxy = await startProxy(`http://127.0.0.1:${target.port}/mcp`);

  await post(proxy.url, { jsonrpc: "2.0", id: 1, method: "ping" }, { traceparent: TRACEPARENT });
  await proxy.end();

  expect(proxy.receiver.spans()[0]).toMatchObject({ name: "ping", parentSpanId: "b7ad6b7169203331" });
});

it("passes everything on where telemetry is switched off, and adds nothing", async () => {
  const target = await startTarget();
  const proxy = await startProxy(`http://127.0.0.1:${target.port}/mcp`, { OTEL_SDK_DISABLED: "true" });

  const answer = await post(proxy.url, CALL);

  expect(answer.status).toBe(200);
  expect(target.heard[0]?.body).toBe(JSON.stringify(CALL));
  expect(await proxy.end()).toMatch(
    /^mcp-otelkit: proxy: http:\/\/127\.0\.0\.1:\d+\/mcp passes on to http:.*\n$/,
  );
});

/** A certificate of its own for localhost. */
function makeCertificate() {
  const folder = mkdtempSync(join(tmpdir(), "mcp-otelkit-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "1"];
  const words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...subject, "-keyout", key, "-out", cert];
  execFileSync("openssl", words, { stdio: "ignore" });
  return { cert, pem: { key: readFileSync(key), cert: readFileSync(cert) } };
}

it("speaks TLS to its target", async () => {
  const { cert, pem } = makeCertificate();
  const target = await startTarget(https.createServer(pem));
  const trusting = await startProxy(`https://localhost:${target.port}/mcp`, { NODE_EXTRA_CA_CERTS: cert });
  const strict = await startProxy(`https://localhost:${target.port}/mcp`);

  expect((await post(trusting.url, CALL)).status).toBe(200);
  expect(await (await post(strict.url, CALL)).text()).toMatch(/cannot reach https:.*self-signed certificate/);
  expect(target.heard[0]?.headers.host).toBe(`localhost:${target.port}`);
});

it("speaks HTTP/2 with a client and a target, as a program too, and refuses another host's name", async () => {
  const { cert, pem } = makeCertificate();
  const target = await startTarget(http2.createSecureServer(pem));
  const proxy = await startProxy(`https://localhost:${target.port}/mcp`, { NODE_EXTRA_CA_CERTS: cert });
  const session = http2.connect(proxy.url);
  const ask = async (headers: http2.OutgoingHttpHeaders): Promise<unknown> => {
    const stream = session.request({ ":method": "POST", ":path": "/mcp", ...headers }, { endStream: false });
    stream.end(JSON.stringify(CALL));
    const [head] = (await once(stream, "response")) as [http2.IncomingHttpHeaders];
    await buffer(stream);
    return head[":status"];
  };

  expect(await ask({ "content-type": "application/json" })).toBe(200);
  expect(await ask({ ":authority": "evil.example" })).toBe(403);
  session.destroy();
  await proxy.end();

  expect(target.heard[0]?.headers).toMatchObject({ ":authority": `localhost:${target.port}` });
  expect(proxy.receiver.spans()[0]?.attributes).toMatchObject({ "network.protocol.version": "2" });
});

it("ends by SIGTERM with what is open told", async () => {
  const target = await startTarget(http.createServer(), false);
  const proxy = await startProxy(`http://127.0.0.1:${target.port}/mcp`, {
    OTEL_INSTRUMENTATION_MCP_DRAIN_MS: "0",
  });
  const unanswered = post(proxy.url, CALL).catch(() => "cut off");
  while (target.heard.length === 0) await new Promise((resolve) => void setTimeout(resolve, 5));

  await proxy.end();

  expect(await unanswered).toBe("cut off");
  expect(proxy.receiver.spans()[0]?.attributes).toMatchObject({ "error.type": "connection_closed" });
});

const WRONG: Readonly<Record<string, readonly [words: readonly string[], says: string]>> = {
  "no target": [[], "--to is missing"],
  "no URL": [
    ["--to", "localhost:3000"],
    '--to "localhost:3000" is no http or https URL; write it as http://',
  ],
  "a password": [["--to", "http://a:b@c"], "--to has a user or a password in it"],
  "no port": [["--to", "http://a", "--listen", "127.0.0.1"], '--listen "127.0.0.1" is no host and port'],
  "an option that does not exist": [["--too", "http://a"], "Unknown option '--too'"],
};

it.each(Object.entries(WRONG))("says what is wrong: %s", async (_case, [words, says]) => {
  const { code, stdout, stderr } = await runProgram([CLI, "proxy", ...words]);

  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(`mcp-otelkit proxy: ${says}`);
  expect(stderr).not.toContain("a:b@");
});

it("says who has the port", async () => {
  const { port } = await startTarget();

  const ended = await runProgram([CLI, "proxy", "--to", "http://a", "--listen", `127.0.0.1:${port}`]);

  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain(
    `cannot listen on 127.0.0.1:${port}: another program does; name another port`,
  );
});
