// `npm run demo`: the product on real input, with no collector anywhere. Five processes talk to each other, all they record
// is sent to a receiver in this one, and is drawn here as trees.
import { startOtlpReceiver } from "../../test/support/otlp-receiver.ts";
import { play } from "./cast.ts";
import { createChildren } from "./children.ts";
import { missingFrom } from "./expected.ts";
import { describeCast, describeCounts, drawTraces, type Look } from "./picture.ts";

const TIME_LIMIT_MS = 60_000;
const ARRIVAL_MS = 5_000;

const look: Look = {
  full: process.argv.includes("--full"),
  colour: process.stdout.isTTY && !process.env["NO_COLOR"],
};
const children = createChildren();
let ending = false;
const receiver = await startOtlpReceiver();
process.once("SIGINT", () => void end(130));
process.once("SIGTERM", () => void end(143));
const limit = setTimeout(
  () => void fail(new Error(`not finished after ${TIME_LIMIT_MS / 1000} s`)),
  TIME_LIMIT_MS,
);

try {
  console.log(`One client talks to three MCP servers, and one of those asks an HTTP service:

${describeCast(look)}

None of them contains a line about tracing MCP. The client and the servers run under node --import mcp-otelkit/register.

`);
  await play(children, receiver.url);
  const spans = await receiver
    .waitFor((seen) => missingFrom(seen).length === 0, ARRIVAL_MS)
    .catch(() => receiver.spans());
  console.log(`${drawTraces(spans, look)}
A line is a span: who recorded it, its kind and name, how long it took, and some of what is known of it.
A SERVER span hangs under the CLIENT span that caused it in another process: MCP carried the trace along, in params._meta.

${describeCounts(spans, look)}`);
  const missing = missingFrom(spans);
  if (missing.length > 0) throw new Error(`these spans did not arrive:\n  ${missing.join("\n  ")}`);
  console.log(`
Now yours: OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 node --import mcp-otelkit/register server.js
Smaller programs to start from: examples/README.md`);
  await end(0);
} catch (error) {
  await fail(error);
}

async function fail(error: unknown): Promise<void> {
  if (ending) return;
  console.error(
    `\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n\n${children.output()}`,
  );
  await end(1);
}

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  clearTimeout(limit);
  await children.stopAll();
  await receiver.close();
  process.exit(code);
}
