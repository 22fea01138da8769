// What the clients under test do with a server, whichever it is: look at everything it offers, once. The scenarios
// differ in what their server does with that.

/** Arguments that cannot be made up from a tool's schema alone. */
const ARGUMENTS = {
  json_schema_echo: (tools) => ({ schema: tools.find(({ name }) => name === "json_schema_2020_12_tool").inputSchema }),
};

export async function tour(client, { toolCalls, attempt, isDemand }) {
  const offers = client.getServerCapabilities() ?? {};
  const { tools } = await attempt(() => client.listTools());
  const calls = toolCalls ?? tools.map((tool) => ({ name: tool.name, arguments: argumentsFor(tool, tools) }));
  for (const call of calls) {
    // Some scenarios offer tools that they refuse to run: that ends the call, not the visit.
    await attempt(() => client.callTool(call)).catch((error) => {
      if (isDemand(error)) throw error;
      console.error(`${call.name}: ${error.message}`);
    });
  }
  if (offers.resources) {
    const { resources } = await client.listResources();
    for (const { uri } of resources) await client.readResource({ uri });
  }
  if (offers.prompts) {
    const { prompts } = await client.listPrompts();
    for (const prompt of prompts) await client.getPrompt({ name: prompt.name, arguments: promptArguments(prompt) });
  }
}

/** What a client says when a server asks it something, by method. */
export const REPLIES = {
  "elicitation/create": { action: "accept", content: {} },
  "sampling/createMessage": { role: "assistant", model: "none", content: { type: "text", text: "Paris" } },
  "roots/list": { roots: [{ uri: "file:///conformance" }] },
};

export const CAPABILITIES = { elicitation: { form: { applyDefaults: true } }, sampling: {}, roots: {} };

const EXAMPLES = { string: "text", number: 5, integer: 5, boolean: true, array: [], object: {} };

function argumentsFor({ name, inputSchema }, tools) {
  if (ARGUMENTS[name]) return ARGUMENTS[name](tools);
  const properties = Object.entries(inputSchema.properties ?? {});
  return Object.fromEntries(properties.map(([key, { type }]) => [key, EXAMPLES[type] ?? null]));
}

function promptArguments({ arguments: wanted = [] }) {
  return Object.fromEntries(wanted.map(({ name }) => [name, "text"]));
}
