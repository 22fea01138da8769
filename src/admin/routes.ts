import type { Collected } from "./metrics/collected.ts";
import { describeHealth, type HealthFacts } from "./health.ts";
import type { ExemplarOf } from "./metrics/metrics-page.ts";
import { OPEN_METRICS, TEXT, wantsOpenMetrics } from "./metrics/negotiate.ts";
import { withoutReasons, type Readiness } from "./ready.ts";
import { createSharedPages } from "./metrics/shared-pages.ts";

/** Headers as Node gives them: names in lower case. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface Route {
  /** Whether the bearer token is asked for, where there is one. */
  readonly guarded: boolean;
  /** @param trusted whether the token was given, where there is one */
  answer(headers: RequestHeaders, trusted?: boolean): Answer | Promise<Answer>;
}

/** By path. What cannot be answered, metrics when none are collected, is not among them. */
export type Routes = Readonly<Record<string, Route>>;

export interface AdminSources {
  /** `MetricReader.collect()` of a reader with cumulative temporality. */
  readonly collect?: (() => Promise<Collected>) | undefined;
  readonly exemplarOf?: ExemplarOf | undefined;
  readonly health: () => HealthFacts;
  readonly readiness: Readiness;
}

export function createRoutes({ collect, exemplarOf, health, readiness }: AdminSources): Routes {
  return {
    ...(collect === undefined ? {} : { "/metrics": metricsRoute(collect, exemplarOf) }),
    "/health": {
      // Kubelets and load balancers carry no tokens, and nothing here is worth one.
      guarded: false,
      answer: () => json(200, describeHealth(health())),
    },
    "/ready": {
      guarded: false,
      async answer(_headers, trusted) {
        const { ok, body } = await readiness.describe();
        // A reason is an error's text: host names, users, what a database said.
        return json(ok ? 200 : 503, trusted === true ? body : withoutReasons(body));
      },
    },
  };
}

function metricsRoute(collect: () => Promise<Collected>, exemplarOf: ExemplarOf | undefined): Route {
  const page = createSharedPages(collect, exemplarOf);
  return {
    guarded: true,
    async answer(headers) {
      const openMetrics = wantsOpenMetrics(oneOf(headers["accept"]));
      return {
        status: 200,
        contentType: openMetrics ? OPEN_METRICS : TEXT,
        body: await page(openMetrics),
      };
    },
  };
}

export function json(status: number, body: unknown): Answer {
  return { status, contentType: "application/json; charset=utf-8", body: `${JSON.stringify(body)}\n` };
}

/** A header that came more than once is one list. */
export function oneOf(header: string | readonly string[] | undefined): string | undefined {
  return header === undefined || typeof header === "string" ? header : header.join(",");
}
