import { nodeBinary, installedPackage } from "../support/homes.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import type { Sandbox } from "../support/sandbox.ts";
import type { Cell } from "../matrix/cells.ts";
import { runConversation, type Conversation, type Ended } from "../matrix/conversation.ts";
import { strayLines } from "../matrix/judge.ts";
import { exporterEnvironment, type Platform } from "../matrix/run-cell.ts";
import { differencesOf, tracedIn } from "./compare.ts";
import { startHttpRecorder, type HttpRecorder } from "./http-recorder.ts";
import { recordOf, type Stretch } from "./record.ts";
import type { StdoutSetting } from "./stdout-settings.ts";

export interface WireVerdict {
  differences: string[];
  /** Messages that carried a trace under the preload. */
  traced: number;
}

interface Recording {
  record: Stretch[];
  conversation: Conversation;
}

/** The same conversation without the preload and with it: what is on the wire, what the caller sees, how it ends. */
export async function checkCell(cell: Cell, platform: Platform, sandbox: Sandbox): Promise<WireVerdict> {
  const plain = await recordConversation(cell, platform, sandbox);
  const preloaded = await recordPreloaded(cell, platform, sandbox, {});
  return compareRecordings(plain, preloaded, "traced");
}

/** Variables of OpenTelemetry that make it talk, and what a server's stdout then carries. */
export async function checkStdout(
  cell: Cell,
  platform: Platform,
  sandbox: Sandbox,
  { env, off }: StdoutSetting,
): Promise<WireVerdict> {
  const plain = await recordConversation(cell, platform, sandbox);
  const preloaded = await recordPreloaded(cell, platform, sandbox, env);
  const stray = preloaded.conversation.pipes.flatMap(({ toClient }) => strayLines(toClient));
  const { differences, traced } = compareRecordings(plain, preloaded, off ? "off" : "traced");
  return { differences: [...stray.map((line) => `not protocol on stdout: ${line}`), ...differences], traced };
}

async function recordPreloaded(
  cell: Cell,
  platform: Platform,
  sandbox: Sandbox,
  env: Record<string, string>,
): Promise<Recording> {
  const receiver = await startOtlpReceiver();
  try {
    return await recordConversation(cell, platform, sandbox, {
      preload: await installedPackage(platform.otel),
      env: { ...exporterEnvironment(receiver, platform.protocol), ...env },
    });
  } finally {
    await receiver.close();
  }
}

export async function recordConversation(
  cell: Cell,
  platform: Platform,
  sandbox: Sandbox,
  preload: { preload?: string; env?: Record<string, string>; before?: readonly string[] } = {},
): Promise<Recording> {
  const recorders: HttpRecorder[] = [];
  const between = async (url: string) => {
    const recorder = await startHttpRecorder(url);
    recorders.push(recorder);
    return recorder.url;
  };
  try {
    const conversation = await runConversation(cell, {
      sandbox,
      node: await nodeBinary(platform.node),
      between,
      ...preload,
    });
    return {
      record: recordOf(
        conversation,
        recorders.flatMap(({ exchanges }) => exchanges),
      ),
      conversation,
    };
  } finally {
    for (const recorder of recorders) await recorder.close();
  }
}

export function compareRecordings(
  plain: Recording,
  preloaded: Recording,
  wanted: "traced" | "off",
): WireVerdict {
  const traced = tracedIn(preloaded.record);
  const heard = (recording: Recording) => [
    { name: "what the caller saw", lines: recording.conversation.transcript },
  ];
  return {
    traced,
    differences: [
      ...differencesOf(plain.record, preloaded.record),
      ...differencesOf(heard(plain), heard(preloaded)),
      ...differencesOf(ends(plain), ends(preloaded)),
      ...preloaded.conversation.memory.flatMap(({ sent, changedTo }) =>
        changedTo === undefined ? [] : [`changed after it was sent: ${sent}`],
      ),
      ...(tracedIn(plain.record) > 0 ? ["a trace without the preload"] : []),
      ...(wanted === "off" && traced > 0 ? [`${traced} messages carried a trace though we were off`] : []),
      ...(wanted === "traced" && traced === 0 ? ["no message carried a trace: nothing was compared"] : []),
    ],
  };
}

/**
 * How each process ended. The first of two servers is the probe of a 2026-07-28 client over stdio, which gets the end
 * of its stdin and SIGTERM in the same millisecond: which of the two comes first differs from run to run, without
 * mcp-otelkit as well.
 */
function ends({ conversation }: Recording): Stretch[] {
  const say = ({ code, signal }: Ended) => signal ?? String(code);
  const { client, servers } = conversation;
  const [probe, ...others] = servers.length > 1 ? servers : [];
  const either = probe !== undefined && ["0", "SIGTERM"].includes(say(probe)) ? ["0 or SIGTERM"] : [];
  const lines = either.length > 0 ? [...either, ...others.map(say)] : servers.map(say);
  return [{ name: "how the processes ended", lines: [say(client), ...lines] }];
}
