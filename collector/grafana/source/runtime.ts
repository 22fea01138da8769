// The processes behind the servers: Node, memory, CPU; and how long what they have will do.
import { metricsSource } from "./data-sources.ts";
import { dashboard } from "./frame.ts";
import { UIDS } from "./go-to.ts";
import { stat, timeSeries } from "./panels.ts";
import { SERVER, increaseInRange, onlyTop, topBy, percentile, ratePerSecond } from "./queries.ts";
import { instance, memoryLimit, server, top } from "./selectors.ts";

const EACH = "job, instance";
const NAME = "{{job}} {{instance}}";
/** The guide's query, of processes that are past their start: the line through a start is steep and means nothing. */
const PREDICTED = `max(predict_linear(process_resident_memory_bytes{${SERVER}}[6h], 3600 * 24) and on (job, instance) process_uptime_seconds{${SERVER}} > 1800)`;
const LOOP = "nodejs_eventloop_time_seconds_total";

/** A gauge of each process, of the processes where it was largest. */
const largest = (metric: string) => ({
  expr: onlyTop(
    "$top",
    EACH,
    `max by (${EACH}) (${metric}{${SERVER}})`,
    `max by (${EACH}) (max_over_time(${metric}{${SERVER}}[$__range] @ end()))`,
  ),
  legend: NAME,
});

const processes = [
  timeSeries({
    title: "CPU",
    shows: "CPU of each process. 100 % is one core, and JavaScript has one.",
    whenBad: "At 100 % calls wait for each other. More replicas, or the work moved to a worker thread.",
    unit: "percentunit",
    thresholds: [0.7, 0.9],
    width: 8,
    queries: [
      {
        expr: onlyTop(
          "$top",
          EACH,
          ratePerSecond(EACH, "process_cpu_seconds_total", SERVER),
          increaseInRange(EACH, "process_cpu_seconds_total", SERVER),
        ),
        legend: NAME,
      },
    ],
  }),
  timeSeries({
    title: "CPU by mode",
    shows: "CPU of all selected processes: the program's own work (user) and the kernel's (system).",
    whenBad: "Much system: many small reads and writes, or memory that is taken and given back all the time.",
    unit: "percentunit",
    stacked: true,
    width: 8,
    queries: [
      { expr: ratePerSecond("cpu_mode", "process_cpu_time_seconds_total", SERVER), legend: "{{cpu_mode}}" },
    ],
  }),
  timeSeries({
    title: "Resident memory",
    shows: "Memory of each process, and the container's limit as the selector at the top has it.",
    whenBad:
      "Near the limit the kernel ends the process without a word. Compare with the heap below: memory that grows and heap that does not is buffers or native code.",
    unit: "bytes",
    limit: "/limit/",
    width: 8,
    queries: [
      largest("process_resident_memory_bytes"),
      { expr: "vector($memory_limit * 1024 * 1024)", legend: "limit" },
    ],
  }),
  timeSeries({
    title: "Open file descriptors",
    shows: "Files, sockets and pipes that each process holds.",
    whenBad:
      "A steady climb: connections or files that are not closed. At the limit (ulimit -n) every new connection fails with EMFILE.",
    unit: "short",
    width: 8,
    queries: [
      {
        // The second name is that of the conventions, which runtimes other than Node send too.
        expr: onlyTop(
          "$top",
          EACH,
          `(max by (${EACH}) (process_open_fds{${SERVER}}) or max by (${EACH}) (process_unix_file_descriptor_count{${SERVER}}))`,
          `(max by (${EACH}) (process_open_fds{${SERVER}} @ end()) or max by (${EACH}) (process_unix_file_descriptor_count{${SERVER}} @ end()))`,
        ),
        legend: NAME,
      },
    ],
  }),
  timeSeries({
    title: "Uptime",
    shows: "Time since each process started.",
    whenBad:
      "Falls to zero again and again: the process crashes or is killed. Its last log lines say why; no last line means the kernel (memory).",
    unit: "s",
    width: 8,
    queries: [largest("process_uptime_seconds")],
  }),
  timeSeries({
    title: "Processes",
    shows: "How many processes each server has, by what they report.",
    whenBad:
      "Fewer than you run: one is down, or its telemetry does not arrive; the pipeline dashboard tells which.",
    unit: "short",
    decimals: 0,
    width: 8,
    queries: [
      topBy(
        "job",
        `count by (job) (process_memory_usage_bytes{${SERVER}})`,
        `count by (job) (process_memory_usage_bytes{${SERVER}} @ end())`,
      ),
    ],
  }),
];

const node = [
  timeSeries({
    title: "Event loop delay p99",
    shows: "How late timers and input are handled, at worst in 100.",
    whenBad:
      "Above 100 ms something computes for that long without a pause: JSON of large results, regular expressions, synchronous files.",
    unit: "s",
    thresholds: [0.1, 0.5],
    width: 8,
    queries: [largest("nodejs_eventloop_delay_p99_seconds")],
  }),
  timeSeries({
    title: "Event loop utilization",
    shows: "Share of the time in which the event loop is busy.",
    whenBad:
      "Above 80 % for long: the process has reached what it can do. Add replicas before the latency shows it.",
    unit: "percentunit",
    max: 1,
    thresholds: [0.7, 0.9],
    width: 8,
    queries: [
      {
        // Not nodejs_eventloop_utilization_ratio: it is the share since somebody last asked, and with two readers that is no time at all.
        expr: onlyTop(
          "$top",
          EACH,
          `${ratePerSecond(EACH, LOOP, `${SERVER}, nodejs_eventloop_state="active"`)} / ${ratePerSecond(EACH, LOOP, SERVER)}`,
          increaseInRange(EACH, LOOP, `${SERVER}, nodejs_eventloop_state="active"`),
        ),
        legend: NAME,
      },
    ],
  }),
  timeSeries({
    title: "Garbage collection",
    shows: "Share of the time that goes to garbage collection, by kind.",
    whenBad:
      "major above a few percent: the heap is nearly full or filled with objects that live long. Look at the heap on the left below.",
    unit: "percentunit",
    thresholds: [0.05, 0.2],
    width: 8,
    queries: [
      {
        expr: ratePerSecond("v8js_gc_type", "v8js_gc_duration_seconds_sum", SERVER),
        legend: "{{v8js_gc_type}}",
      },
    ],
  }),
  timeSeries({
    title: "Heap used",
    shows: "JavaScript objects of each process, before and after each collection.",
    whenBad:
      "The lowest points rise from hour to hour: a leak. Take two heap snapshots and compare; sessions and caches that nobody empties are the usual ones.",
    unit: "bytes",
    width: 8,
    queries: [
      {
        expr: onlyTop(
          "$top",
          EACH,
          `sum by (${EACH}) (v8js_memory_heap_used_bytes{${SERVER}})`,
          `sum by (${EACH}) (max_over_time(v8js_memory_heap_used_bytes{${SERVER}}[$__range] @ end()))`,
        ),
        legend: NAME,
      },
    ],
  }),
  timeSeries({
    title: "Heap by space",
    shows: "JavaScript objects of all selected processes, by the part of the heap they are in.",
    whenBad:
      "old_space grows and never falls back: objects that live for ever, so a leak. new_space goes up and down all the time. large_object_space: single large results or buffers.",
    unit: "bytes",
    stacked: true,
    width: 8,
    queries: [
      {
        expr: `sum by (v8js_heap_space_name) (v8js_memory_heap_used_bytes{${SERVER}})`,
        legend: "{{v8js_heap_space_name}}",
      },
    ],
  }),
  timeSeries({
    title: "What keeps Node busy",
    shows:
      "Open sockets, timers, file operations and the like of all selected processes, by Node's name for them.",
    whenBad:
      "TCPSocketWrap grows with the sessions, or without them if connections leak. Timeout grows: timers that nobody clears.",
    unit: "short",
    width: 8,
    queries: [
      topBy(
        "v8js_resource_type",
        `sum by (v8js_resource_type) (v8js_resource_active{${SERVER}})`,
        `sum by (v8js_resource_type) (max_over_time(v8js_resource_active{${SERVER}}[$__range] @ end()))`,
      ),
    ],
  }),
];

const capacity = [
  stat({
    title: "Peak tool call rate, 7 days",
    shows: "The highest rate of all tool calls in five minutes, in the last 7 days.",
    whenBad: "Plan for twice this. If it has doubled since last month, so will the processes you need.",
    unit: "reqps",
    decimals: 2,
    width: 6,
    queries: [
      {
        // The guide's query. One point in five minutes, whatever the dashboard's window is: it looks at a week.
        expr: `max_over_time(sum(rate(mcp_tool_calls_total{${SERVER}}[5m]))[7d:5m])`,
        legend: "peak",
      },
    ],
    noData: "No tool calls in the last 7 days",
  }),
  stat({
    title: "Average session, 24 hours",
    shows: "Half of the sessions that ended in the last 24 hours were shorter.",
    whenBad: "Sessions times their memory is what a process needs: longer sessions need more of it.",
    unit: "s",
    width: 6,
    queries: [
      {
        expr: `histogram_quantile(0.5, sum by (le) (rate(mcp_session_duration_seconds_bucket{${SERVER}}[24h])))`,
        legend: "median",
      },
    ],
    noData: "No session ended in the last 24 hours",
  }),
  stat({
    title: "Largest memory in 24 hours, predicted",
    shows: "Where the line through the last 6 hours is a day from now, of the process that grows most.",
    whenBad:
      "Above the container's limit: it will be killed within the day. Look at the panel below, whether the line is steady.",
    unit: "bytes",
    width: 6,
    queries: [
      {
        expr: PREDICTED,
        legend: "predicted",
      },
    ],
    noData: "No process is older than half an hour",
  }),
  stat({
    title: "Calls a second for each core",
    shows: "Tool calls in the last hour for each second of CPU that they used.",
    whenBad: "It falls from release to release: calls have become more expensive.",
    unit: "short",
    decimals: 2,
    width: 6,
    queries: [
      {
        expr: `sum(rate(mcp_tool_calls_total{${SERVER}}[1h])) / sum(rate(process_cpu_seconds_total{${SERVER}}[1h]))`,
        legend: "calls per CPU second",
      },
    ],
  }),
  timeSeries({
    title: "Memory, and where it is going",
    shows:
      "Resident memory of the process that grows most, and the line through its last 6 hours, a day ahead.",
    whenBad: "The prediction lies above the limit for hours, not only after a start: a leak.",
    unit: "bytes",
    limit: "/limit/",
    queries: [
      { expr: `max(process_resident_memory_bytes{${SERVER}})`, legend: "now" },
      {
        expr: PREDICTED,
        legend: "in 24 hours",
      },
      { expr: "vector($memory_limit * 1024 * 1024)", legend: "limit" },
    ],
  }),
  timeSeries({
    title: "HTTP that servers ask for",
    shows:
      "95 of 100 HTTP requests that servers make to other services are answered within this time, by host.",
    whenBad:
      "A slow dependency is at the top. If its line rises with the tool's latency, the tool only waits for it.",
    unit: "s",
    thresholds: [1, 5],
    queries: [
      topBy(
        "server_address",
        percentile(0.95, "server_address", "http_client_request_duration_seconds", SERVER),
        increaseInRange("server_address", "http_client_request_duration_seconds_count", SERVER),
      ),
    ],
    noData: "No server asks another service over HTTP",
  }),
];

export const runtimeAndCapacity = () =>
  dashboard({
    uid: UIDS.runtime,
    title: "MCP runtime and capacity",
    description:
      "The processes behind the servers: CPU, memory, event loop, heap, and how long what they have will do.",
    variables: [metricsSource(), server(), instance("server"), top(), memoryLimit()],
    rows: [
      { title: "Processes", panels: processes },
      { title: "Node", panels: node },
      { title: "Capacity", panels: capacity },
    ],
  });
