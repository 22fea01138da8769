// The `input_required` half of the v2 server (SEP-2322): tools and a prompt that answer a first request with questions
// and the retried one with a result. Everything they need travels through the client and back.
import { randomBytes } from "node:crypto";
import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  inputRequired,
  inputResponse,
} from "@modelcontextprotocol/server";
import { text } from "./catalogue.mjs";

const codec = createRequestStateCodec({ key: randomBytes(32) });
export const verifyState = codec.verify;

const ask = (message, property, type = "string") =>
  inputRequired.elicit({
    message,
    requestedSchema: { type: "object", properties: { [property]: { type } }, required: [property] },
  });
const sample = (question, maxTokens) =>
  inputRequired.createMessage({ messages: [{ role: "user", content: text(question) }], maxTokens });

const QUESTIONS = {
  user_name: () => ask("What is your name?", "name"),
  capital_question: () => sample("What is the capital of France?", 100),
  greeting: () => sample("Generate a greeting", 50),
  client_roots: () => inputRequired.listRoots(),
  confirm: () => ask("Please confirm", "ok", "boolean"),
  user_context: () => ask("What context should the prompt use?", "context"),
};

/** Tools that are done once every question is answered. `state` is what travels along, if anything does. */
const TOOLS = [
  { name: "test_input_required_result_elicitation", asks: ["user_name"] },
  { name: "test_input_required_result_sampling", asks: ["capital_question"] },
  { name: "test_input_required_result_list_roots", asks: ["client_roots"] },
  { name: "test_input_required_result_request_state", asks: ["confirm"], state: "state-ok" },
  { name: "test_input_required_result_tampered_state", asks: ["confirm"], state: "state-ok" },
  {
    name: "test_input_required_result_multiple_inputs",
    asks: ["user_name", "greeting", "client_roots"],
    state: "three-asked",
  },
  { name: "test_streaming_elicitation", asks: ["user_name"] },
];

export function registerRounds(server) {
  for (const { name, asks, state } of TOOLS) {
    server.registerTool(name, { description: `Asks for ${asks.join(", ")}` }, async ({ mcpReq }) => {
      const open = asks.filter((key) => !answered(mcpReq.inputResponses, key));
      if (open.length > 0) return questions(open, state);
      return { content: [text(`${asks.map((key) => told(mcpReq.inputResponses, key)).join("; ")} ${mcpReq.requestState() ?? ""}`)] };
    });
  }
  server.registerTool("test_input_required_result_multi_round", { description: "Asks twice" }, async ({ mcpReq }) => {
    const { step = 1, name } = mcpReq.requestState() ?? {};
    const given = acceptedContent(mcpReq.inputResponses, `step${step}`);
    if (step === 1 && given === undefined) return round(1, ask("Step 1: What is your name?", "name"), {});
    if (step === 1) return round(2, ask("Step 2: What is your favorite color?", "color"), given);
    if (given === undefined) return round(2, ask("Step 2: What is your favorite color?", "color"), { name });
    return { content: [text(`${name} likes ${given.color}`)] };
  });
  registerByCapability(server);
  server.registerPrompt("test_input_required_result_prompt", { description: "Asks for its context" }, async ({ mcpReq }) => {
    if (!answered(mcpReq.inputResponses, "user_context")) return questions(["user_context"]);
    return { messages: [{ role: "user", content: text(told(mcpReq.inputResponses, "user_context")) }] };
  });
}

/** What a server may ask depends on what this very request says its client can do. */
function registerByCapability(server) {
  server.registerTool("test_input_required_result_capabilities", { description: "Asks what it may" }, ({ mcpReq }) => {
    const can = mcpReq.envelope?.[CLIENT_CAPABILITIES_META_KEY] ?? {};
    const asks = [...(can.sampling ? ["greeting"] : []), ...(can.elicitation ? ["user_name"] : [])];
    return asks.length > 0 ? questions(asks) : { content: [text("Nothing to ask")] };
  });
  // Asks regardless: that a client without sampling never hears the question is up to the SDK.
  server.registerTool("test_missing_capability", { description: "Needs sampling" }, () => questions(["greeting"]));
}

async function questions(keys, state) {
  return inputRequired({
    inputRequests: Object.fromEntries(keys.map((key) => [key, QUESTIONS[key]()])),
    ...(state === undefined ? {} : { requestState: await codec.mint(state) }),
  });
}

async function round(step, request, known) {
  return inputRequired({ inputRequests: { [`step${step}`]: request }, requestState: await codec.mint({ step, ...known }) });
}

function answered(responses, key) {
  return inputResponse(responses, key).kind !== "missing";
}

function told(responses, key) {
  return JSON.stringify(responses[key]);
}
