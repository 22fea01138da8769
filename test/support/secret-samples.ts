/**
 * What both lines of redaction, that in the process and that in the Collector, have to take out, and what they have to leave. `CANARY` is
 * the secret; a `~` is taken out before use, so that no scanner takes this file for a leak.
 */
export const MUST_GO: readonly string[] = [
  "Bearer ~CANARY-0123456789",
  "eyJ~hbGciOiJIUzI1NiJ9.eyJzdWIiOiJDQU5BUlkifQ.CANARY",
  "-----BEGIN ~EC PRIVATE KEY-----\nCANARY\n-----END EC PRIVATE KEY-----",
  "-----BEGIN ~PRIVATE KEY-----\nCANARY cut off",
  "sk-~proj-CANARY0123456789abc",
  "AKIA~CANARY0123456789",
  "ghp_~CANARY0123456789abcdefghij",
  "xoxb-~CANARY-0123456789",
  "authorization: basic CANARYCANARY",
  "--api-key CANARY",
  "--auth-token=CANARY",
  '["node","server.js","--password","CANARY"]',
  '{"nested":{"client_secret":"CANARY"}}',
  String.raw`{\"api_key\":\"CANARY\"}`,
  "failed with token: CANARY",
  "Invalid token: CANARY7",
  "token=CANARY",
  '{"access_token":"CANARY"}',
  "image_token=CANARY",
  "https://ann:CANARY@example.com/x",
  "https://s3.example.com/x?sig=CANARY&n=1",
  "CANARY.bob+x@mail.example.com",
];

export const MUST_PASS: readonly string[] = [
  "Tool call completed",
  "a basic introduction",
  "task-runner-of-many-things",
  "tools/call forecast",
  "weather://city/{name}",
  "https://example.com:8080/mcp?page=2",
  "@modelcontextprotocol/server@2.4.0",
  "0af7651916cd43dd8448eb211c80319c",
  "1795380467959000000",
  "input_tokens 12, output_tokens 34",
  "2026-11-22T21:12:36.123Z",
  "6b1d1f0e-9f1c-4f7e-8a51-0c1d2e3f4a5b",
  "next_page_token: 12",
  "nextPageToken: 12",
  '{"next_page_token":"12"}',
  "Invalid token: expected string",
  "git@github.com",
  "git clone git@github.com:acme/weather.git",
];
