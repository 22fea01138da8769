import type { Field, Kind } from "./fields.ts";
import { SOMEWHERE, type Sighting } from "./places.ts";

/** A setting of mcp-otelkit, and the content that it allows. */
export interface Setting {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly lets: readonly Kind[];
  /** Nothing but what everybody sets: the rest have every exporter, diagnostic and level there is. */
  readonly quiet?: true;
  /** No metrics on a page. */
  readonly pageless?: true;
}

const ALWAYS = ["loggerName", "toolName", "httpPath"] as const;
const URI = ["uri", "registeredUri"] as const;
const DEFAULT = [...ALWAYS, ...URI, "rpcMessage"] as const;
const CONTENT = ["arguments", "results", "prompts", "messages"] as const;

export const SETTINGS: readonly Setting[] = [
  { name: "default", env: {}, lets: DEFAULT },
  { name: "quiet", env: {}, lets: DEFAULT, quiet: true },
  { name: "uri off", env: { OTEL_INSTRUMENTATION_MCP_RESOURCE_URI: "off" }, lets: [...ALWAYS, "rpcMessage"] },
  {
    name: "uri template",
    env: { OTEL_INSTRUMENTATION_MCP_RESOURCE_URI: "template" },
    lets: [...ALWAYS, "rpcMessage"],
  },
  { name: "error off", env: { OTEL_INSTRUMENTATION_MCP_ERROR_MESSAGE: "off" }, lets: [...ALWAYS, ...URI] },
  {
    name: "both off",
    env: { OTEL_INSTRUMENTATION_MCP_RESOURCE_URI: "off", OTEL_INSTRUMENTATION_MCP_ERROR_MESSAGE: "off" },
    lets: ALWAYS,
  },
  ...CONTENT.map((kind) => ({
    name: kind,
    env: { OTEL_INSTRUMENTATION_MCP_CAPTURE: kind },
    lets: [...DEFAULT, kind],
  })),
  {
    name: "everything",
    env: { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true" },
    lets: [...DEFAULT, ...CONTENT],
  },
  { name: "declared", env: { OTEL_CONFIG_FILE: "declared.yaml" }, lets: DEFAULT, pageless: true },
  { name: "protect", env: { OTEL_INSTRUMENTATION_MCP_STDOUT: "protect" }, lets: DEFAULT },
];

/** The application says its own marks; see PLANTED. */
export const PLANTING: Setting = { name: "planted", env: { CANARY_PLANT: "yes" }, lets: DEFAULT };

/** Whether a field may be seen there under that setting. */
export function isAllowed({ kinds }: Field, { channel, at }: Sighting, { lets, quiet }: Setting): boolean {
  // In protobuf, the default, the test sees that it is present but not where.
  if (quiet && at === SOMEWHERE && OTLP.has(channel)) return kinds.some((kind) => lets.includes(kind));
  return kinds.some((kind) => lets.includes(kind) && WHERE[kind]({ channel, at }, lets));
}

const OTLP: ReadonlySet<string> = new Set(["traces", "metrics", "logs"]);

/** Whether it has to be seen somewhere. */
export function isDue({ told, kinds }: Field, { lets }: Setting): boolean {
  const [kind] = kinds;
  return told === "must" && kind !== undefined && lets.includes(kind);
}

type Place = Pick<Sighting, "channel" | "at">;

/** The console exporters and the diagnostics print what the spans have, name by name. */
const printed = ({ channel, at }: Place, part: string, name: string): boolean =>
  channel === "stderr" &&
  (at === `console.${part}.${name}` || (/^(?:said|printed)/.test(at) && at.endsWith(` ${name}`)));

/** An attribute of a span or of one of its events, or a log record, or one of these in print; never a name, a status or a label. */
const content = ({ channel, at }: Place): boolean =>
  (channel === "traces" && /^spans\.(?:events\.)?attributes\b/.test(at)) ||
  (channel === "logs" && at.startsWith("logRecords.")) ||
  (channel === "stderr" && !at.startsWith("said: warn"));

const statusOf = (place: Place): boolean =>
  (place.channel === "traces" && place.at === "spans.status.message") || printed(place, "status", "message");

const attribute = (place: Place, name: string): boolean =>
  (place.channel === "traces" && place.at === `spans.attributes.${name}`) ||
  printed(place, "attributes", name);

const WHERE: Readonly<Record<Kind, (place: Place, lets: readonly Kind[]) => boolean>> = {
  // A server repeats the URI in the message of its error.
  uri: (place, lets) =>
    attribute(place, "mcp.resource.uri") || (lets.includes("rpcMessage") && statusOf(place)),
  // The label of a resource that the server has registered under its own URI.
  registeredUri: ({ channel, at }) =>
    channel.startsWith("/metrics") || (/^(?:metrics|stderr)$/.test(channel) && /\bresource_uri$/.test(at)),
  rpcMessage: statusOf,
  arguments: content,
  results: content,
  prompts: content,
  messages: content,
  loggerName: (place) => place.channel === "logs" || place.channel === "stderr",
  // Required by the conventions for HTTP.
  httpPath: (place) => ["url.path", "url.full"].some((name) => attribute(place, name)),
  toolName: (place) =>
    attribute(place, "gen_ai.tool.name") ||
    statusOf(place) ||
    (place.channel === "logs" && /attributes\.[\w.]*tool/.test(place.at)) ||
    (place.channel === "stderr" && place.at === "log line.tool"),
};
