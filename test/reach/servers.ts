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
  { name: "@azure/mcp", version: "2.0.5", downloads: 251520, args: ["server", "start"] },
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
  {
    name: "@salesforce/mcp",
    version: "0.30.15",
    downloads: 103471,
    args: ["--orgs", "DEFAULT_TARGET_ORG", "--toolsets", "all", "--no-telemetry"],
  },
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
  { name: "@microsoft/workiq", version: "1.0.0", downloads: 67014, args: ["mcp"] },
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
    args: ["--transport", "stdio"],
    env: { SLACK_MCP_XOXP_TOKEN: "demo" },
  },
  {
    name: "@z_ai/mcp-server",
    version: "0.1.5",
    downloads: 36282,
    env: { Z_AI_API_KEY: "invented", Z_AI_MODE: "ZAI" },
  },
  { name: "@claude-flow/mcp", version: "3.0.0-alpha.9", downloads: 35279 },
  { name: "mcp-server-code-runner", version: "0.1.8", downloads: 34311 },
  { name: "@aashari/mcp-server-atlassian-jira", version: "3.3.0", downloads: 34018 },
  { name: "@morphllm/morphmcp", version: "0.8.213", downloads: 32961, env: { MORPH_API_KEY: "invented" } },
  { name: "@browsermcp/mcp", version: "0.1.3", downloads: 32296 },
  { name: "exa-mcp-server", version: "3.4.1", downloads: 32174, env: { EXA_API_KEY: "invented" } },
  { name: "@21st-dev/magic", version: "0.2.3", downloads: 30583, env: { API_KEY: "invented" } },
  {
    name: "backlog-mcp-server",
    version: "0.20.4",
    downloads: 28668,
    env: { BACKLOG_DOMAIN: "invented.backlog.com", BACKLOG_API_KEY: "invented" },
  },
  { name: "@instantdb/mcp", version: "1.0.67", downloads: 28212, args: ["--token", "invented"] },
  {
    name: "@benborla29/mcp-server-mysql",
    version: "2.0.9",
    downloads: 26222,
    env: { MYSQL_HOST: "127.0.0.1", MYSQL_PORT: "1", MYSQL_USER: "nobody" },
  },
  { name: "@shopify/dev-mcp", version: "1.16.0", downloads: 26057, env: { OPT_OUT_INSTRUMENTATION: "true" } },
  { name: "@softeria/ms-365-mcp-server", version: "0.155.0", downloads: 25388 },
  { name: "@remotion/mcp", version: "4.0.527", downloads: 24239 },
  { name: "@mondaydotcomorg/monday-api-mcp", version: "3.3.0", downloads: 22439, args: ["-t", "invented"] },
  { name: "agentation-mcp", version: "1.3.2", downloads: 21109, args: ["server", "--mcp-only"] },
  {
    name: "@mapbox/mcp-server",
    version: "0.14.0",
    downloads: 20487,
    env: { MAPBOX_ACCESS_TOKEN: "pk.eyJ1IjoiaW52ZW50ZWQifQ.invented" },
  },
  { name: "@sveltejs/mcp", version: "0.1.26", downloads: 20481 },
  official("gitlab", "2025.4.25", 19986, { env: { GITLAB_PERSONAL_ACCESS_TOKEN: "invented" } }),
  { name: "playwright-mcp", version: "0.0.19", downloads: 19963 },
  {
    name: "argocd-mcp",
    version: "0.9.0",
    downloads: 19950,
    args: ["stdio"],
    env: { ARGOCD_BASE_URL: "https://127.0.0.1:1", ARGOCD_API_TOKEN: "invented" },
  },
  { name: "mcp-server-kubernetes", version: "4.1.7", downloads: 19771 },
  { name: "@brightdata/mcp", version: "2.11.3", downloads: 19296, env: { API_TOKEN: "invented" } },
  { name: "mcp-mermaid", version: "0.4.1", downloads: 19154 },
  {
    name: "@amap/amap-maps-mcp-server",
    version: "0.0.8",
    downloads: 18855,
    env: { AMAP_MAPS_API_KEY: "invented" },
  },
  { name: "@openbnb/mcp-server-airbnb", version: "0.3.0", downloads: 18545 },
  { name: "kubernetes-mcp-server", version: "0.0.67", downloads: 17422 },
  { name: "@heroku/mcp-server", version: "1.2.8", downloads: 17084, env: { HEROKU_API_KEY: "invented" } },
  { name: "@cyanheads/git-mcp-server", version: "2.15.3", downloads: 16867 },
  official("gdrive", "2025.1.14", 16693),
  { name: "@pinecone-database/mcp", version: "0.3.0", downloads: 15778 },
  {
    name: "airtable-mcp-server",
    version: "1.14.0",
    downloads: 14707,
    env: { AIRTABLE_API_KEY: "pat.invented" },
  },
  { name: "@mui/mcp", version: "0.1.6", downloads: 13863 },
  { name: "mcp-deepwiki", version: "0.0.10", downloads: 12909 },
  official("redis", "2025.4.25", 8147, { args: ["redis://127.0.0.1:1"] }),
  { name: "@knip/mcp", version: "0.0.36", downloads: 5894 },

  { name: "@angular/cli", version: "22.2.7", downloads: 19626214, tool: true, bin: "ng", args: ["mcp"] },
  { name: "shadcn", version: "4.23.0", downloads: 5605702, tool: true, args: ["mcp"] },
  {
    name: "firebase-tools",
    version: "15.34.2",
    downloads: 5152636,
    tool: true,
    bin: "firebase",
    args: ["mcp"],
  },
  { name: "repomix", version: "1.18.1", downloads: 229224, tool: true, args: ["--mcp"] },
  { name: "task-master-ai", version: "0.43.1", downloads: 106990, tool: true, bin: "task-master-ai" },
  { name: "@claude-flow/cli", version: "3.42.5", downloads: 69455, tool: true, bin: "claude-flow-mcp" },

  { name: "python:mcp-server-time", version: "2026.10.19", bin: "mcp-server-time" },
  {
    name: "go:github.com/modelcontextprotocol/go-sdk/examples/server/hello",
    version: "v1.8.0",
    bin: "hello",
  },
];
