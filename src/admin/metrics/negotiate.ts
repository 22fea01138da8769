/** The two formats of the metrics page, as media types. */
export const TEXT = "text/plain; version=0.0.4; charset=utf-8";
export const OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/**
 * True if the scraper prefers OpenMetrics. It has to name the format: a browser, `curl` and any other client that
 * accepts everything gets plain text. So does a client that accepts neither, because a page is better than a 406.
 * @param accept the Accept header; https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1
 */
export function wantsOpenMetrics(accept: string | undefined): boolean {
  const ranges = (accept ?? "").split(",").map(parseRange);
  const openMetrics = best(ranges, [["application/openmetrics-text", "1.0.0"]]);
  const text = best(ranges, [["text/plain", "0.0.4"], ["text/*"], ["*/*"]]);
  return openMetrics !== undefined && openMetrics > 0 && openMetrics >= (text ?? 0);
}

interface MediaRange {
  readonly type: string;
  readonly version: string | undefined;
  readonly quality: number;
}

function parseRange(range: string): MediaRange {
  const [type = "", ...rest] = range.split(";").map((part) => part.trim().toLowerCase());
  const parameters = new Map(
    rest.map((part) => part.split("=").map((side) => side.trim()) as [string, string]),
  );
  const quality = Number(parameters.get("q") ?? 1);
  return {
    type,
    version: parameters.get("version")?.replaceAll('"', ""),
    quality: quality >= 0 && quality <= 1 ? quality : 0,
  };
}

/** The requested quality, by the most specific range that matches. Other versions of a format are other formats. */
function best(
  ranges: readonly MediaRange[],
  names: readonly (readonly [type: string, version?: string])[],
): number | undefined {
  for (const [type, version] of names) {
    const matching = ranges.filter(
      (range) => range.type === type && (range.version === undefined || range.version === version),
    );
    if (matching.length > 0) return Math.max(...matching.map(({ quality }) => quality));
  }
  return undefined;
}
