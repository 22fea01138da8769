/** The requests for the official servers. Only those that always have the same answer. A new server is a new row. */

export interface Message {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

export interface Server {
  readonly name: string;
  /** Arguments of the program; `$DIR` is replaced by a temporary folder, here and everywhere. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly asks: readonly Message[];
}

const call = (name: string, args: object = {}): Message => ({
  method: "tools/call",
  params: { name, arguments: args },
});

/** The requests for every server, including wrong ones. */
const COMMON: readonly Message[] = [
  { method: "ping" },
  { method: "tools/list" },
  { method: "prompts/list" },
  { method: "resources/list" },
  call("no-such-tool"),
  { method: "no/such/method" },
];

export const SERVERS: readonly Server[] = [
  {
    name: "everything",
    args: ["stdio"],
    asks: [
      ...COMMON,
      call("echo", { message: "grüße" }),
      call("get-sum", { a: 2, b: 3 }),
      call("get-sum", { a: "two" }),
      call("get-structured-content", { location: "Chicago" }),
      call("get-tiny-image"),
      call("trigger-long-running-operation", { duration: 0.2, steps: 2 }),
      { method: "resources/templates/list" },
      { method: "resources/read", params: { uri: "demo://resource/static/document/architecture.md" } },
      { method: "resources/read", params: { uri: "demo://nowhere" } },
      { method: "prompts/get", params: { name: "args-prompt", arguments: { city: "Berlin" } } },
      {
        method: "completion/complete",
        params: {
          ref: { type: "ref/prompt", name: "completable-prompt" },
          argument: { name: "department", value: "E" },
        },
      },
    ],
  },
  {
    name: "filesystem",
    args: ["$DIR"],
    asks: [
      ...COMMON,
      call("write_file", { path: "$DIR/notes.txt", content: "one\ntwo\n" }),
      call("read_text_file", { path: "$DIR/notes.txt" }),
      call("edit_file", { path: "$DIR/notes.txt", edits: [{ oldText: "two", newText: "three" }] }),
      call("create_directory", { path: "$DIR/more" }),
      call("list_directory", { path: "$DIR" }),
      call("search_files", { path: "$DIR", pattern: "**/*.txt" }),
      call("move_file", { source: "$DIR/notes.txt", destination: "$DIR/more/notes.txt" }),
      call("read_text_file", { path: "/etc/hostname" }),
      call("list_allowed_directories"),
    ],
  },
  {
    name: "memory",
    args: [],
    env: { MEMORY_FILE_PATH: "$DIR/memory.json" },
    asks: [
      ...COMMON,
      call("create_entities", {
        entities: [{ name: "Ada", entityType: "person", observations: ["wrote programs"] }],
      }),
      call("create_entities", { entities: [{ name: "Engine", entityType: "machine", observations: [] }] }),
      call("create_relations", { relations: [{ from: "Ada", to: "Engine", relationType: "described" }] }),
      call("search_nodes", { query: "programs" }),
      call("read_graph"),
      { method: "resources/read", params: { uri: "memory://knowledge-graph" } },
      call("delete_entities", { entityNames: ["Engine"] }),
      call("read_graph"),
    ],
  },
];
