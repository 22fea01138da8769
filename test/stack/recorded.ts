// What a real MCP client and its server send for a number of tool calls, recorded, to be sent again as fast as something takes it.
import { request, Agent } from "node:http";
import { startSink, type Request } from "./sink.ts";
import { startTalk } from "./talk.ts";

export interface Recording {
  readonly calls: number;
  readonly requests: readonly Request[];
}

const RATE = 100;
const SECONDS = 5;
/** In flight at once to one address. */
const AT_ONCE = 4;

/** Each call is a trace of two spans, with a log line on either side; metrics are exported once a second by each of the two processes. */
export async function recordCalls(): Promise<Recording> {
  const sink = await startSink({ keep: true });
  const talk = startTalk(sink.url, { rate: RATE, seconds: SECONDS }, { TRACE_EACH: "1" });
  await talk.done();
  sink.stop();
  return { calls: talk.calls, requests: sink.kept };
}

/** Sends every request once to the address that is chosen for it; resolves when the last one is answered with 200. */
export async function send(
  requests: readonly Request[],
  addressFor: (request: Request, index: number) => string,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < requests.length; index = next++) {
      const one = requests[index] as Request;
      while ((await post(agent, addressFor(one, index), one)) !== 200);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  agent.destroy();
}

function post(agent: Agent, base: string, { path, headers, body }: Request): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, base), { method: "POST", agent, headers }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    });
    asked.on("error", reject).end(body);
  });
}
