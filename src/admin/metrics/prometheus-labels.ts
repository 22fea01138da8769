import type { Attributes } from "./collected.ts";
import { labelName } from "./prometheus-names.ts";

/** @param taken labels that the series gets besides; attributes cannot have these names */
export type LabelWriter = (attributes: Attributes, taken: readonly string[]) => string;

/**
 * Attributes as `a="1",b="2"`: sorted, so that equal sets are equal strings, and without empty values, since
 * Prometheus treats an empty label as absent.
 */
export function createLabelWriter(): LabelWriter {
  const names = new Map<string, string | undefined>();
  function nameOf(attribute: string): string | undefined {
    if (!names.has(attribute)) names.set(attribute, labelName(attribute));
    return names.get(attribute);
  }

  return (attributes, taken) => {
    const labels = new Map<string, string>();
    for (const attribute of Object.keys(attributes).toSorted()) {
      const name = nameOf(attribute);
      if (name === undefined || name === "__name__" || taken.includes(name)) continue;
      const text = asText(attributes[attribute]);
      if (text === "") continue;
      // The specification joins the values of `a.b` and `a_b` in one label, in the order of their attributes.
      const earlier = labels.get(name);
      labels.set(name, earlier === undefined ? text : `${earlier};${text}`);
    }
    return [...labels]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, text]) => `${name}="${escapeLabelValue(text)}"`)
      .join(",");
  };
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", '"': '\\"' };

export function escapeLabelValue(text: string): string {
  // Half a surrogate pair has no bytes in UTF-8, so two different ones would become the same series.
  return text.replaceAll(/[\\\n"]/g, (char) => ESCAPES[char] ?? char).replaceAll(/\p{Surrogate}/gu, "\uFFFD");
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
