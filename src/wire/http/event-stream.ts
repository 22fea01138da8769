import { StringDecoder } from "node:string_decoder";

/** Reads an event stream as it passes. Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
export interface EventReader {
  push(chunk: Buffer): void;
}

/**
 * @param limit an event of more characters is not read
 * @param heard an event is complete; its type is `message` where it names none
 * @param told of an event that has an id, and of one that was not read
 */
export function createEventReader(
  limit: number,
  heard: (type: string, data: string) => void,
  told: { resumable(): void; unread(): void },
): EventReader {
  const decoder = new StringDecoder("utf8");
  /** Of the line that is not complete; none between two lines. */
  let parts: string[] = [];
  let midLine = false;
  let type = "";
  let data: string[] = [];
  let kept = 0;
  let skipping = false;
  let endsWithReturn = false;
  let begun = false;

  function reset(): void {
    parts = [];
    type = "";
    data = [];
    kept = 0;
    skipping = false;
  }

  function keep(text: string): void {
    kept += text.length;
    if (skipping) return;
    if (kept <= limit) {
      parts.push(text);
      return;
    }
    skipping = true;
    parts = [];
    data = [];
    told.unread();
  }

  function lineEnds(text: string): void {
    const isEmpty = text === "" && !midLine;
    keep(text);
    const line = parts.join("");
    parts = [];
    midLine = false;
    if (isEmpty) {
      if (!skipping && data.length > 0) heard(type === "" ? "message" : type, data.join("\n"));
      reset();
    } else if (!skipping) {
      const [, field = line, value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (field === "data") data.push(value);
      else if (field === "event") type = value;
      else if (field === "id") told.resumable();
    }
  }

  return {
    push(chunk) {
      let text = decoder.write(chunk);
      if (text === "") return;
      if (!begun && text.startsWith("\uFEFF")) text = text.slice(1);
      begun = true;
      let start = endsWithReturn && text.startsWith("\n") ? 1 : 0;
      for (const { 0: newline, index } of text.matchAll(/\r\n|\n|\r/g)) {
        if (index < start) continue;
        lineEnds(text.slice(start, index));
        start = index + newline.length;
      }
      if (start < text.length) {
        keep(text.slice(start));
        midLine = true;
      }
      endsWithReturn = text.endsWith("\r");
    },
  };
}
