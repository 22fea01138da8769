/** The two formats of the metrics page, as they are named in HTTP. */
export const TEXT = "text/plain; version=0.0.4; charset=utf-8";
export const OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/**
 * True if the scraper would rather have OpenMetrics. It has to ask by name: a browser, `curl` and anything else that
 * takes whatever there is gets plain text. So does who asks for neither, because a page is better than a 406.
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

/** The quality asked for, by the most precise name that is mentioned at all. A format's other versions are other formats. */
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
