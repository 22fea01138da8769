/** Content blocks, as tools, prompts and sampling say them, without what is no text of theirs: embedded resources, images, sound. */

import { lengthOf, ownValue } from "./own-properties.ts";

/** How many items may still be looked at, in one message and all arrays within it. */
export interface Budget {
  items: number;
}

/** One block, or an array of them. */
export function describeContent(content: unknown, budget: Budget): unknown {
  return lengthOf(content) === undefined ? describeBlock(content) : mapItems(content, budget, describeBlock);
}

/** The contents of a resource are of no kind that can be asked for, wherever they stand; what it is and how long stays. */
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

/** The items of an array, until the budget ends; one more than that, so that it is seen that there are more. What is no array stays. */
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
