import type { Resource } from "@opentelemetry/resources";

type Attributes = Resource["attributes"];

const SERVICE_NAME = "service.name";

/**
 * The same resource, whose service has the name of the MCP server where the operator gave it none: the specification's fallback,
 * `unknown_service:node`, is what thirty servers are called at once. The server is made after the providers, which keep their
 * resource for good; so this one is asked anew for each export until it has a name.
 *
 * It also tells what it knows by now to whoever cannot wait for the rest: at the end of a process that crashes, the attributes of
 * the host may still be on their way, and the SDK's own resource complains.
 * https://opentelemetry.io/docs/specs/semconv/resource/#service
 */
export function namedByServer(resource: Resource, serverName: () => string | undefined): Resource {
  let settled: Attributes | undefined;
  return {
    get attributes() {
      if (settled !== undefined) return settled;
      const { attributes, complete } = attributesByNow(resource);
      const nameless = isNameless(attributes[SERVICE_NAME]);
      const name = nameless ? serverName() : undefined;
      const now = name === undefined ? attributes : { ...attributes, [SERVICE_NAME]: name };
      if (complete && (!nameless || name !== undefined)) settled = now;
      return now;
    },
    get asyncAttributesPending() {
      return resource.asyncAttributesPending ?? false;
    },
    ...(resource.schemaUrl !== undefined && { schemaUrl: resource.schemaUrl }),
    waitForAsyncAttributes: async () => resource.waitForAsyncAttributes?.(),
    getRawAttributes: () => resource.getRawAttributes(),
    merge: (other) => namedByServer(resource.merge(other), serverName),
  };
}

/** As the SDK calls a service that nobody has named. */
function isNameless(name: unknown): boolean {
  return typeof name !== "string" || name.startsWith("unknown_service");
}

function attributesByNow(resource: Resource): { attributes: Attributes; complete: boolean } {
  if (resource.asyncAttributesPending !== true) return { attributes: resource.attributes, complete: true };
  const attributes: Attributes = {};
  for (const [name, value] of resource.getRawAttributes()) {
    if (value === undefined || value === null || isPromise(value)) continue;
    attributes[name] ??= value;
  }
  return { attributes, complete: false };
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown }).then === "function";
}
