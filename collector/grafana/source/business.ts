// A row for numbers of your own: those of examples/business-metrics. Copy it and put your names in the place of these.
import { timeSeries } from "./panels.ts";
import type { Row } from "./frame.ts";
import { SERVER, onlyTop, percentOf, ratePerSecond } from "./queries.ts";

const NONE = "No server sends this. examples/business-metrics shows how";

export const businessRow: Row = {
  title: "Business metrics (examples/business-metrics)",
  collapsed: true,
  panels: [
    timeSeries({
      title: "API quota left",
      shows:
        "What is left of the quota of an API that tools call, in percent. Of several processes, the lowest.",
      whenBad:
        "Below 20 % find the tool that spends it (rates above) and cache its answers or slow it down. At 0 the API refuses every call until the quota is renewed.",
      unit: "percent",
      max: 100,
      thresholds: [5, 20],
      falling: true,
      width: 8,
      queries: [
        {
          expr: `100 * min by (job, api) (api_quota_remaining{${SERVER}}) / max by (job, api) (api_quota_limit{${SERVER}})`,
          legend: "{{job}} {{api}}",
        },
      ],
      noData: NONE,
    }),
    timeSeries({
      title: "Cache hits",
      shows: "Answers from the cache in percent of all look-ups.",
      whenBad:
        "A drop to zero after a deployment is a cold cache and passes. A slow fall: keys have become more specific, or entries live too short. The quota on the left falls with it.",
      unit: "percent",
      max: 100,
      width: 8,
      queries: [
        {
          expr: percentOf(
            ratePerSecond("job, cache", "cache_requests_total", `${SERVER}, result="hit"`),
            ratePerSecond("job, cache", "cache_requests_total", SERVER),
          ),
          legend: "{{job}} {{cache}}",
        },
      ],
      noData: NONE,
    }),
    timeSeries({
      title: "Age of the data",
      shows:
        "Time since the data that tools answer from was last brought up to date. Of several processes, the oldest.",
      whenBad:
        "A saw tooth is normal. A line that only rises: the synchronization has stopped; look at the server's log.",
      unit: "s",
      width: 8,
      queries: [
        {
          expr: onlyTop(
            "$top",
            "job, dataset",
            `max by (job, dataset) (data_age_seconds{${SERVER}})`,
            `max by (job, dataset) (max_over_time(data_age_seconds{${SERVER}}[$__range] @ end()))`,
          ),
          legend: "{{job}} {{dataset}}",
        },
      ],
      noData: NONE,
    }),
  ],
};
