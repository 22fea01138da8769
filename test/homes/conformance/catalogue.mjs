// What the conformance suites expect to find on any server, in words the McpServer of both SDK generations
// understands: tools, resources and prompts whose answer does not depend on the conversation. The names and texts
// are the suites' own; `conformance server --scenario NAME` prints what each scenario asks for.
import { z } from "zod";

// The smallest valid files of their kinds: a PNG of one pixel, and a WAV with a single sample.
export const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8z8BQDwAEgAF/posBPQAAAABJRU5ErkJggg==";
export const WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQIAAAAAAA==";

export const text = (value) => ({ type: "text", text: value });
const image = { type: "image", data: PNG, mimeType: "image/png" };
const said = (content) => ({ role: "user", content });

const TOOLS = [
  ["test_simple_text", [text("This is a simple text response for testing.")]],
  ["test_image_content", [image]],
  ["test_audio_content", [{ type: "audio", data: WAV, mimeType: "audio/wav" }]],
  ["test_embedded_resource", [embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")]],
  [
    "test_multiple_content_types",
    [
      text("Multiple content types test:"),
      image,
      embedded("test://mixed-content-resource", "application/json", JSON.stringify({ test: "data", value: 123 })),
    ],
  ],
];

const RESOURCES = [
  ["static-text", "text/plain", { text: "This is the content of the static text resource." }],
  ["static-binary", "image/png", { blob: PNG }],
  ["watched-resource", "text/plain", { text: "Somebody may be watching this." }],
];

/** What JSON Schema 2020-12 can say and older readers drop: a server has to list it whole. */
export const RICH_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  $defs: {
    address: {
      $anchor: "addressDef",
      type: "object",
      properties: { street: { type: "string" }, city: { type: "string" } },
    },
  },
  properties: {
    name: { type: "string" },
    address: { $ref: "#/$defs/address" },
    contactMethod: { type: "string", enum: ["phone", "email"] },
    phone: { type: "string" },
    email: { type: "string" },
  },
  allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
  if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
  then: { required: ["phone"] },
  else: { required: ["email"] },
  additionalProperties: false,
};

export const FORMS = {
  user: form({ username: { type: "string" }, email: { type: "string" } }, ["username", "email"]),
  defaults: form({
    name: { type: "string", default: "John Doe" },
    age: { type: "integer", default: 30 },
    score: { type: "number", default: 95.5 },
    status: { type: "string", enum: ["active", "inactive", "pending"], default: "active" },
    verified: { type: "boolean", default: true },
  }),
  enums: form({
    untitledSingle: { type: "string", enum: ["option1", "option2", "option3"] },
    titledSingle: { type: "string", oneOf: titled("value", "Option") },
    legacyEnum: { type: "string", enum: ["opt1", "opt2", "opt3"], enumNames: ["Option One", "Option Two", "Option Three"] },
    untitledMulti: { type: "array", items: { type: "string", enum: ["option1", "option2", "option3"] } },
    titledMulti: { type: "array", items: { anyOf: titled("value", "Choice") } },
  }),
};

/** Registers everything static; the interactive tools are each generation's own, because the ways to ask back differ. */
export function registerCatalogue(server, { ResourceTemplate, completable }) {
  for (const [name, content] of TOOLS) {
    server.registerTool(name, { description: `Answers ${name}` }, () => ({ content }));
  }
  server.registerTool("test_error_handling", { description: "Always throws" }, () => {
    throw new Error("This tool intentionally returns an error for testing");
  });
  for (const [name, mimeType, content] of RESOURCES) {
    const uri = `test://${name}`;
    server.registerResource(name, uri, { description: `The resource ${name}`, mimeType }, () => ({
      contents: [{ uri, mimeType, ...content }],
    }));
  }
  server.registerResource(
    "template",
    new ResourceTemplate("test://template/{id}/data", { list: undefined }),
    { description: "Data of any id", mimeType: "application/json" },
    (uri, { id }) => {
      const data = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
      return { contents: [{ uri: uri.href, mimeType: "application/json", text: data }] };
    },
  );
  registerPrompts(server, completable);
}

function registerPrompts(server, completable) {
  const words = completable(z.string(), (value) => ["test", "testing", "tested"].filter((word) => word.startsWith(value)));
  server.registerPrompt("test_simple_prompt", { description: "Without arguments" }, () => ({
    messages: [said(text("This is a simple prompt for testing."))],
  }));
  server.registerPrompt(
    "test_prompt_with_arguments",
    { description: "With two arguments", argsSchema: { arg1: words, arg2: z.string() } },
    ({ arg1, arg2 }) => ({ messages: [said(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))] }),
  );
  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    { description: "Embeds a resource", argsSchema: { resourceUri: z.string() } },
    ({ resourceUri }) => ({
      messages: [
        said(embedded(resourceUri, "text/plain", "Embedded resource content for testing.")),
        said(text("Please process the embedded resource above.")),
      ],
    }),
  );
  server.registerPrompt("test_prompt_with_image", { description: "Embeds an image" }, () => ({
    messages: [said(image), said(text("Please analyze the image above."))],
  }));
}

function embedded(uri, mimeType, value) {
  return { type: "resource", resource: { uri, mimeType, text: value } };
}

function form(properties, required = []) {
  return { type: "object", properties, required };
}

function titled(value, title) {
  return ["First", "Second", "Third"].map((ordinal, at) => ({ const: `${value}${at + 1}`, title: `${ordinal} ${title}` }));
}
