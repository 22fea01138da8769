// The HTTP service behind the weather server's tool. There is no MCP here: it brings OpenTelemetry of its own, as most
// services that a tool calls do, and its span joins the trace all the same.
const { createServer } = require("node:http");

const server = createServer((request, response) => {
  const city = new URL(request.url, "http://localhost").searchParams.get("city");
  response.end(`${city}: sunny, 21 degrees`);
});
server.listen(0, "127.0.0.1", () =>
  console.log(`forecasts on http://127.0.0.1:${server.address().port}/forecast`),
);
