import type { Conversation } from "./converse.ts";
import { FIELDS, PLANTED } from "./fields.ts";
import { sightingsIn, type Sighting } from "./places.ts";
import { isAllowed, isDue, type Setting } from "./settings.ts";
import { isModern, type Way } from "./ways.ts";

/** The results of a conversation for one field. */
export interface FieldSeen {
  readonly field: string;
  /** Places where it was allowed. */
  readonly allowed: readonly Sighting[];
  /** Places where it was not allowed. */
  readonly leaks: readonly Sighting[];
  /** The application wrote it, its setting allows it, and it was not found. */
  readonly missing: boolean;
}

export function judge(conversation: Conversation, way: Way, setting: Setting): FieldSeen[] {
  const sightings = conversation.pieces.flatMap(sightingsIn);
  return [...FIELDS].map(([name, field]) => {
    const seen = sightings.filter((sighting) => sighting.field === name);
    const allowed = seen.filter((sighting) => isAllowed(field, sighting, setting));
    const due =
      conversation.said.has(name) && isDue(field, setting) && !(isModern(way) && IN_ROUNDS.test(name));
    return {
      field: name,
      allowed,
      leaks: seen.filter((sighting) => !allowed.includes(sighting)),
      missing: due && allowed.length === 0,
    };
  });
}

/** From 2026-07-28 these are not separate messages: they are in results and in the params of the next request. */
const IN_ROUNDS = /^(?:sampling|elicitation)-/;

/** One line per field with a fault. */
export function faultsOf(seen: readonly FieldSeen[]): string[] {
  return seen.flatMap(({ field, leaks, missing }) => [
    ...new Set(leaks.map((leak) => `${field} leaks: ${describePlace(leak)}`)),
    ...(missing ? [`${field} is let through, and nowhere to be seen`] : []),
  ]);
}

export function describePlace({ channel, who, at }: Sighting): string {
  return `${channel} of the ${who === "?" ? "client or server" : who}, ${at}`;
}

/** The channels in which a planted mark was not found, though the application wrote it there. */
export function blindSpots(conversation: Conversation): string[] {
  const sightings = conversation.pieces.flatMap(sightingsIn);
  return [...PLANTED].flatMap(([field, channels]) =>
    channels.flatMap((channel) =>
      sightings.some((seen) => seen.field === field && seen.channel === channel)
        ? []
        : [`${field} was not found on ${channel}`],
    ),
  );
}

/** Channels without any data of the conversation: no leak could be found there. */
export function silences({ pieces }: Conversation, { pageless }: Setting): string[] {
  const due = pageless ? HEARD.filter(([channel]) => !channel.startsWith("/")) : HEARD;
  return due.flatMap(([channel, who]) =>
    pieces.some(
      (piece) => piece.channel === channel && piece.who === who && piece.text.includes("tools/call"),
    )
      ? []
      : [`${channel} of ${who === "?" ? "anybody" : who} says nothing of a tool call`],
  );
}

const HEARD = [
  ["traces", "?"],
  ["metrics", "?"],
  ["logs", "?"],
  ["stderr", "client"],
  ["stderr", "server"],
  ["/metrics", "server"],
  ["/metrics (OpenMetrics)", "server"],
] as const;

/** An unlisted mark would not be searched for. */
export function unlisted({ said }: Conversation): string[] {
  return [...said].filter((field) => !FIELDS.has(field) && !PLANTED.has(field));
}
