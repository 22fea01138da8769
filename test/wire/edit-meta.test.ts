import { describe, expect, it } from "vitest";
import { editMeta } from "../../src/wire/edit-meta.ts";

const FIELDS = { traceparent: "00-1-2-01" };

function edited(text: string, fields: Readonly<Record<string, unknown>> = FIELDS): string {
  return editMeta(Buffer.from(text), JSON.parse(text), fields).toString();
}

describe("trace context goes into the text", () => {
  it.each([
    [
      "without params",
      '{"id":1,"method":"ping"}\n',
      '{"params":{"_meta":{"traceparent":"00-1-2-01"}},"id":1,"method":"ping"}\n',
    ],
    ["with empty params", '{"id":1,"params":{}}', '{"id":1,"params":{"_meta":{"traceparent":"00-1-2-01"}}}'],
    ["with params", '{"params":{"a":1.0}}', '{"params":{"_meta":{"traceparent":"00-1-2-01"},"a":1.0}}'],
    ["with _meta", '{"params":{"_meta":{"p":1}}}', '{"params":{"_meta":{"traceparent":"00-1-2-01","p":1}}}'],
    ["with an empty _meta", '{"params":{"_meta":{ }}}', '{"params":{"_meta":{"traceparent":"00-1-2-01" }}}'],
    [
      "with a traceparent",
      '{"params":{"_meta":{"a":1,"traceparent" : "old" ,"b":2}}}',
      '{"params":{"_meta":{"a":1,"traceparent" : "00-1-2-01" ,"b":2}}}',
    ],
    [
      "with spaces and CRLF",
      ' { "params" : { "a" : [1, 2] } } \r\n',
      ' { "params" : {"_meta":{"traceparent":"00-1-2-01"}, "a" : [1, 2] } } \r\n',
    ],
    [
      "under an escaped key",
      String.raw`{"par\u0061ms":{"a":1}}`,
      String.raw`{"par\u0061ms":{"_meta":{"traceparent":"00-1-2-01"},"a":1}}`,
    ],
    [
      "past texts with quotes, backslashes and braces",
      String.raw`{"a":"\\","b":"\"}","c":{"params":{"_meta":1}},"d":[{"}":"]"}],"params":{"x":-1e+5}}`,
      String.raw`{"a":"\\","b":"\"}","c":{"params":{"_meta":1}},"d":[{"}":"]"}],"params":{"_meta":{"traceparent":"00-1-2-01"},"x":-1e+5}}`,
    ],
  ])("%s", (_case, text, expected) => {
    expect(edited(text)).toBe(expected);
  });

  it("replaces every field that is there and adds the others", () => {
    const text = '{"params":{"_meta":{"tracestate":"a=1","x":0,"traceparent":"old"}}}';

    expect(edited(text, { traceparent: "new", tracestate: "b=2", baggage: "c=3" })).toBe(
      '{"params":{"_meta":{"baggage":"c=3","tracestate":"b=2","x":0,"traceparent":"new"}}}',
    );
  });

  it("leaves no tracestate of another traceparent", () => {
    expect(edited('{"params":{"_meta":{"traceparent":"old","tracestate":"a=1"}}}')).toBe(
      '{"params":{"_meta":{"traceparent":"00-1-2-01","tracestate":""}}}',
    );
  });

  it("keeps bytes that are no UTF-8", () => {
    const line = Buffer.concat([
      Buffer.from('{"params":{"a":"'),
      Buffer.from([0xff, 0xc3, 0x28]),
      Buffer.from('"}}\n'),
    ]);

    const result = editMeta(line, JSON.parse(line.toString()), FIELDS);

    const head = Buffer.from('{"params":{"_meta":{"traceparent":"00-1-2-01"},');
    expect(result).toEqual(Buffer.concat([head, line.subarray('{"params":{'.length)]));
  });
});

describe("the very bytes pass", () => {
  it.each([
    ["where there is nothing to add", '{"params":{}}', {}],
    ["where params are a list", '{"params":[1]}', FIELDS],
    ["where _meta is no object", '{"params":{"_meta":"x"}}', FIELDS],
    ["where params come twice", '{"params":{},"params":{}}', FIELDS],
    ["where _meta comes twice", '{"params":{"_meta":{},"_meta":{}}}', FIELDS],
    ["of a batch", '[{"params":{}}]', FIELDS],
    ["of a number", "1", FIELDS],
  ])("%s", (_case, text, fields) => {
    const line = Buffer.from(text);

    expect(editMeta(line, JSON.parse(text), fields)).toBe(line);
  });
});
