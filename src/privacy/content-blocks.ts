/** Content blocks of tools, prompts and sampling, without embedded resources, images and sound. */

import { lengthOf, ownValue } from "./own-properties.ts";

/** How many items may still be read, in one message and all arrays within it. */
export interface Budget {
  items: number;
}

/** One block, or an array of them. */
export function describeContent(content: unknown, budget: Budget): unknown {
  return lengthOf(content) === undefined ? describeBlock(content) : mapItems(content, budget, describeBlock);
}

/** The contents of a resource are never captured, wherever they occur; type and size stay. */
export function describeBlock(block: unknown): unknown {
  const type = ownValue(block, "type");
  if (type === "resource") {
    const resource = ownValue(block, "resource");
    const { text, blob } = { text: ownValue(resource, "text"), blob: ownValue(resource, "blob") };
    return {
      type,
      resource: {
        uri: ownValue(resource, "uri"),
        mimeType: ownValue(resource, "mimeType"),
        text: describeSize(text),
        blob: describeSize(blob),
      },
    };
  }
  if (type === "image" || type === "audio") {
    return { type, mimeType: ownValue(block, "mimeType"), data: describeSize(ownValue(block, "data")) };
  }
  return block;
}

export function describeSize(data: unknown): string | undefined {
  if (data === undefined) return undefined;
  return typeof data === "string" ? `[${data.length} characters]` : "[not text]";
}

/** The items of an array, up to the budget; one more shows that there are more. Anything else is returned unchanged. */
export function mapItems(items: unknown, budget: Budget, map: (item: unknown) => unknown): unknown {
  const length = lengthOf(items);
  if (length === undefined) return items;
  const mapped: unknown[] = [];
  for (let at = 0; at < length && budget.items >= 0; at++) {
    budget.items--;
    mapped.push(map(ownValue(items, at)));
  }
  return mapped;
}
