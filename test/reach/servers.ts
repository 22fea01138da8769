/** A public MCP server that speaks over stdio. A new server is a new row. */
export interface PublicServer {
  /** The package's name; `python:` and `go:` before it where it is no npm package. */
  readonly name: string;
  readonly version: string;
  /** Downloads in a month, as read on {@link DOWNLOADS_READ_ON}. Not there: unknown, and the row has no weight. */
  readonly downloads?: number;
  /**
   * The package is a tool that has an MCP server among its commands. Most who download it do not start that server, so the row has
   * no weight.
   */
  readonly tool?: true;
  /** Why no preload sees it. */
  readonly unseen?: string;
  /** The command, where the package has several. */
  readonly bin?: string;
  /** `$DIR` is an empty folder, `$REMOTE` the address of an MCP server over HTTP; here and in `env`. */
  readonly args?: readonly string[];
  /** What it wants to find in `$DIR`, where it is started. */
  readonly files?: Readonly<Record<string, string>>;
  /** Keys are invented: they only have to be there. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The day of the list of npm packages with monthly downloads from which the figures come. */
export const DOWNLOADS_READ_ON = "2026-11-26";

const NATIVE = "its launcher starts a native program";

const official = (name: string, version: string, downloads: number, more: Partial<PublicServer> = {}) => ({
  name: `@modelcontextprotocol/server-${name}`,
  version,
  downloads,
  ...more,
});

export const PUBLIC_SERVERS: readonly PublicServer[] = [
  { name: "@playwright/mcp", version: "0.0.83", downloads: 6293363 },
  { name: "chrome-devtools-mcp", version: "1.11.0", downloads: 1848520, bin: "chrome-devtools-mcp" },
  { name: "@upstash/context7-mcp", version: "4.1.1", downloads: 1425541 },
  official("filesystem", "2026.8.31", 1133453, { args: ["$DIR"] }),
  { name: "mcp-remote", version: "0.15.1", downloads: 920137, bin: "mcp-remote", args: ["$REMOTE"] },
  {
    name: "@pandacss/mcp",
    version: "1.12.1",
    downloads: 371341,
    files: { "panda.config.mjs": "export default { include: [], outdir: 'styled-system' };" },
  },
  official("sequential-thinking", "2026.8.31", 297027),
  { name: "@azure-devops/mcp", version: "2.10.0", downloads: 286048, args: ["contoso"] },
  {
    name: "@supabase/mcp-server-supabase",
    version: "0.13.0",
    downloads: 283780,
    bin: "mcp-server-supabase",
    args: ["--access-token", "sbp_invented"],
  },
  official("github", "2025.4.8", 280864),
  official("memory", "2026.8.31", 261331, { env: { MEMORY_FILE_PATH: "$DIR/memory.json" } }),
  official("postgres", "0.6.2", 251900, { args: ["postgresql://127.0.0.1:1/none"] }),
  { name: "@azure/mcp", version: "2.0.5", downloads: 251520, unseen: NATIVE, args: ["server", "start"] },
  official("everything", "2026.8.31", 244826),
  {
    name: "@notionhq/notion-mcp-server",
    version: "2.5.2",
    downloads: 239565,
    env: { NOTION_TOKEN: "ntn_invented" },
  },
  official("google-maps", "0.6.2", 207113, { env: { GOOGLE_MAPS_API_KEY: "invented" } }),
  { name: "@gongrzhe/server-gmail-autoauth-mcp", version: "1.1.11", downloads: 199486 },
  { name: "nx-mcp", version: "0.25.0", downloads: 198174 },
  {
    name: "@circleci/mcp-server-circleci",
    version: "0.20.0",
    downloads: 195454,
    env: { CIRCLECI_TOKEN: "invented" },
  },
  {
    name: "n8n-mcp",
    version: "2.87.0",
    downloads: 186136,
    env: { MCP_MODE: "stdio", DISABLE_CONSOLE_OUTPUT: "true", N8N_MCP_TELEMETRY_DISABLED: "true" },
  },
  {
    name: "cclsp",
    version: "0.7.0",
    downloads: 183220,
    env: { CCLSP_CONFIG_PATH: "$DIR/cclsp.json" },
    files: { "cclsp.json": '{"servers":[{"extensions":["js"],"command":["none"]}]}' },
  },
  { name: "next-devtools-mcp", version: "0.4.0", downloads: 181159 },
  { name: "expo-mcp", version: "0.2.4", downloads: 165926, args: ["--dev-server-url", "http://127.0.0.1:1"] },
  { name: "mongodb-mcp-server", version: "3.0.4", downloads: 162003 },
  { name: "supergateway", version: "4.0.0", downloads: 161094, args: ["--streamableHttp", "$REMOTE"] },
  {
    name: "@stripe/mcp",
    version: "0.3.3",
    downloads: 144352,
    args: ["--tools=all", "--api-key=rk_test_invented"],
  },
  { name: "tavily-mcp", version: "0.2.22", downloads: 138725, env: { TAVILY_API_KEY: "tvly-invented" } },
  official("slack", "2025.4.25", 136678, { env: { SLACK_BOT_TOKEN: "xoxb-invented", SLACK_TEAM_ID: "T0" } }),
  {
    name: "@zereight/mcp-gitlab",
    version: "2.1.64",
    downloads: 135248,
    env: { GITLAB_PERSONAL_ACCESS_TOKEN: "invented" },
  },
  { name: "firecrawl-mcp", version: "3.26.0", downloads: 128690, env: { FIRECRAWL_API_KEY: "fc-invented" } },
  {
    name: "@testsprite/testsprite-mcp",
    version: "0.0.45",
    downloads: 108041,
    args: ["server"],
    env: { API_KEY: "invented" },
  },
  { name: "@wonderwhy-er/desktop-commander", version: "0.2.52", downloads: 104957, bin: "desktop-commander" },
  official("brave-search", "0.6.2", 102411, { env: { BRAVE_API_KEY: "invented" } }),
  { name: "@sentry/mcp-server", version: "0.39.0", downloads: 94958, args: ["--access-token=invented"] },
  official("puppeteer", "2025.5.12", 94702),
  {
    name: "@launchdarkly/mcp-server",
    version: "0.6.2",
    downloads: 93663,
    args: ["start", "--api-key", "invented"],
  },
  { name: "mcp-hello-world", version: "1.1.2", downloads: 93352 },
  {
    name: "figma-developer-mcp",
    version: "0.13.2",
    downloads: 83826,
    args: ["--figma-api-key=invented", "--stdio"],
  },
  { name: "@executeautomation/playwright-mcp-server", version: "1.0.12", downloads: 77326 },
  { name: "@eslint/mcp", version: "0.3.13", downloads: 77255 },
  { name: "@mastra/mcp-docs-server", version: "1.2.27", downloads: 75559 },
  {
    name: "@winor30/mcp-server-datadog",
    version: "1.8.0",
    downloads: 68713,
    env: { DATADOG_API_KEY: "invented", DATADOG_APP_KEY: "invented" },
  },
  { name: "@antv/mcp-server-chart", version: "0.9.10", downloads: 67547 },
  { name: "@microsoft/workiq", version: "1.0.0", downloads: 67014, unseen: NATIVE, args: ["mcp"] },
  {
    name: "@dynatrace-oss/dynatrace-mcp-server",
    version: "2.1.2",
    downloads: 65473,
    env: { DT_ENVIRONMENT: "https://abc12345.apps.dynatrace.com", DT_PLATFORM_TOKEN: "invented" },
  },
  { name: "@cocal/google-calendar-mcp", version: "2.6.3", downloads: 63237 },
  { name: "@bytebase/dbhub", version: "1.4.0", downloads: 58849, args: ["--transport", "stdio", "--demo"] },
  {
    name: "@hubspot/mcp-server",
    version: "0.4.0",
    downloads: 54177,
    env: { PRIVATE_APP_ACCESS_TOKEN: "invented" },
  },
  {
    name: "@perplexity-ai/mcp-server",
    version: "1.2.1",
    downloads: 53608,
    env: { PERPLEXITY_API_KEY: "invented" },
  },
  { name: "@shortcut/mcp", version: "0.25.0", downloads: 53359, env: { SHORTCUT_API_TOKEN: "invented" } },
  { name: "@apify/actors-mcp-server", version: "0.16.0", downloads: 53093, env: { APIFY_TOKEN: "invented" } },
  { name: "xcodebuildmcp", version: "2.7.0", downloads: 52686, bin: "xcodebuildmcp", args: ["mcp"] },
  { name: "@drawio/mcp", version: "1.6.1", downloads: 49752 },
  { name: "@mobilenext/mobile-mcp", version: "1.0.4", downloads: 49337 },
  { name: "@currents/mcp", version: "2.1.1", downloads: 48115, env: { CURRENTS_API_KEY: "invented" } },
  { name: "@google-cloud/cloud-run-mcp", version: "1.10.0", downloads: 45438 },
  {
    name: "@brave/brave-search-mcp-server",
    version: "2.1.4",
    downloads: 44711,
    env: { BRAVE_API_KEY: "invented" },
  },
  {
    name: "@larksuiteoapi/lark-mcp",
    version: "0.5.1",
    downloads: 41361,
    args: ["mcp", "-a", "cli_invented", "-s", "invented"],
  },
  { name: "@react-grab/mcp", version: "0.1.37", downloads: 41047 },
  { name: "@mizchi/lsmcp", version: "0.10.0", downloads: 37320, bin: "lsmcp", args: ["-p", "typescript"] },
  {
    name: "slack-mcp-server",
    version: "1.3.0",
    downloads: 37038,
    unseen: NATIVE,
    args: ["--transport", "stdio"],
    env: { SLACK_MCP_XOXP_TOKEN: "demo" },
  },
  {
    name: "@z_ai/mcp-server",
    version: "0.1.5",
    downloads: 36282,
    env: { Z_AI_API_KEY: "invented", Z_AI_MODE: "ZAI" },
  },
  { name: "mcp-server-code-runner", version: "0.1.8", downloads: 34311 },
  { name: "@aashari/mcp-server-atlassian-jira", version: "3.3.0", downloads: 34018 },
  { name: "@browsermcp/mcp", version: "0.1.3", downloads: 32296 },
  { name: "exa-mcp-server", version: "3.4.1", downloads: 32174, env: { EXA_API_KEY: "invented" } },
  {
    name: "@21st-dev/magic",
    version: "0.2.3",
    downloads: 30583,
    unseen: "has no SDK: it passes lines on to HTTP by hand",
    env: { API_KEY: "invented" },
  },
  {
    name: "backlog-mcp-server",
    version: "0.20.4",
    downloads: 28668,
    env: { BACKLOG_DOMAIN: "invented.backlog.com", BACKLOG_API_KEY: "invented" },
  },
  { name: "@shopify/dev-mcp", version: "1.16.0", downloads: 26057, env: { OPT_OUT_INSTRUMENTATION: "true" } },
  { name: "@sveltejs/mcp", version: "0.1.26", downloads: 20481 },
  { name: "kubernetes-mcp-server", version: "0.0.67", downloads: 17422, unseen: NATIVE },
  { name: "shadcn", version: "4.23.0", downloads: 5605702, tool: true, args: ["mcp"] },

  { name: "python:mcp-server-time", version: "2026.10.19", bin: "mcp-server-time" },
  {
    name: "go:github.com/modelcontextprotocol/go-sdk/examples/server/hello",
    version: "v1.8.0",
    bin: "hello",
  },
];
