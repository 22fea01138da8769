/**
 * Whether the application's OpenTelemetry SDK delivers to an endpoint. No API shows that, so this searches for the
 * address where the exporters of all lines keep it: 1.x in `url`, 2.x and 3.x in the parameters of their transport.
 * Where it is not found, mcp-otelkit delivers there itself, which is always safe: one SDK records each span.
 */

/** The properties from a provider to its exporters' addresses. Other properties, such as the resource, may hold any text. */
const ON_THE_WAY =
  /processor|exporter|transport|delegate|reader|collector|shared_?state|parameters|^_?(?:config|options)$|^\d+$/i;
const ADDRESS = /url|address|endpoint/i;

const MOST_OBJECTS = 500;

/** @param endpoint the value of `OTEL_EXPORTER_OTLP_ENDPOINT`; gRPC also takes `host:port` */
export function deliversTo(provider: unknown, endpoint: string): boolean {
  const wanted = placeOf(endpoint);
  if (wanted === undefined) return false;
  const waiting: unknown[] = [provider];
  const seen = new Set<unknown>();
  for (let at = 0; at < waiting.length && seen.size < MOST_OBJECTS; at += 1) {
    const object = waiting[at];
    if ((typeof object !== "object" && typeof object !== "function") || object === null || seen.has(object))
      continue;
    seen.add(object);
    for (const [key, value] of ownValues(object)) {
      if (typeof value === "string" && ADDRESS.test(key) && placeOf(value) === wanted) return true;
      if (ON_THE_WAY.test(key)) waiting.push(value);
    }
  }
  return false;
}

/** Calls no getter: a vendor's getter may do anything. */
function* ownValues(object: object): Generator<[string, unknown]> {
  const entries = object instanceof Map || object instanceof Set ? [...object.values()].entries() : undefined;
  for (const [at, value] of entries ?? []) yield [String(at), value];
  for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(object))) yield [key, value];
}

/** Host and port: two addresses of one collector differ in the path, and over gRPC in the scheme. */
function placeOf(address: string): string | undefined {
  const withScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(address) ? address : `grpc://${address}`;
  if (!URL.canParse(withScheme)) return undefined;
  const { protocol, hostname, port } = new URL(withScheme);
  return `${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
}
