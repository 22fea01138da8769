import type { Resource } from "@opentelemetry/resources";

type Attributes = Resource["attributes"];

const SERVICE_NAME = "service.name";

/**
 * The same resource, whose service is named after the MCP server where the operator gave no name: with the
 * specification's fallback, thirty servers would all be `unknown_service:node`. The server is created after the
 * providers, which keep their resource for good; so the name is read at each export until there is one.
 *
 * The resource also returns its known attributes without waiting for the rest: at the end of a process that crashes,
 * the attributes of the host may still be pending, and the SDK's own resource logs an error.
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

/** The SDK's name for a service without one. */
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
