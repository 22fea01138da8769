/** `npm run bench -- proxy [CALLS]`: what `mcp-otelkit proxy` adds to a tool call of a server over HTTP that does nothing. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as http from "node:http";
import { startProxyProcess } from "../test/support/proxy-process.ts";
import { measureAdded, startSink, type Contender } from "./added.ts";

const TARGET = `require("http").createServer((q, r) => { let b = ""; q.on("data", (d) => (b += d)).on("end", () => {
    const t = JSON.stringify({ jsonrpc: "2.0", id: JSON.parse(b).id, result: { content: [] } });
    r.writeHead(200, { "content-type": "application/json", "content-length": t.length }).end(t); }); })
  .listen(0, "127.0.0.1", function () { console.log(this.address().port); });`;

const target = spawn(process.execPath, ["-e", TARGET], { stdio: ["ignore", "pipe", "inherit"] });
const [port] = (await once(target.stdout, "data")) as [Buffer];
const direct = `http://127.0.0.1:${String(port).trim()}/mcp`;
const sink = await startSink();
const proxies = [];
const contenders = [contender("direct", direct)];
for (const [name, env] of Object.entries(sink.settings)) {
  const proxy = await startProxyProcess(direct, env);
  proxies.push(proxy);
  contenders.push(contender(`proxy, ${name}`, proxy.url));
}
await measureAdded("a call to a server over HTTP", contenders, Number(process.argv[2] ?? 3000));
for (const proxy of proxies) await proxy.end();
target.kill();
sink.stop();

function contender(name: string, url: string): Contender {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  return {
    name,
    call: (id) =>
      new Promise((resolve, reject) => {
        const params = { name: "echo", arguments: { text: "hello" } };
        const body = JSON.stringify({ jsonrpc: "2.0", id, method: "tools/call", params });
        const headers = { "content-type": "application/json", "content-length": body.length };
        const request = http.request(url, { method: "POST", agent, headers }, (response) =>
          response.resume().on("end", resolve),
        );
        request.on("error", reject).end(body);
      }),
  };
}
