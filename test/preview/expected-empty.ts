// Panels that may be empty, and why: only a Collector or a Loki has the data, or normal traffic does not make it.
const NEEDS: readonly { readonly what: string; readonly titles: RegExp }[] = [
  {
    what: "no Collector is built",
    titles:
      /^(Collector up for|Accepted|Refused|Sent|Queues|Failed to send|Did not fit in the queue|Memory of the Collector|CPU of the Collector)$/,
  },
  { what: "no Loki is built", titles: /^(Log lines|Log lines in Loki)$/ },
];

/** What a short preview cannot have. */
const TAKES_LONGER: Readonly<Record<string, string>> = {
  "Peak tool call rate, 7 days": "it has a point every five minutes",
  "Largest memory in 24 hours, predicted": "no process is older than half an hour",
};

/** Why it may be empty, or undefined. */
export function expectedEmpty(title: string, missing: readonly string[]): string | undefined {
  return (
    TAKES_LONGER[title] ??
    NEEDS.find(({ what, titles }) => missing.includes(what) && titles.test(title))?.what
  );
}
