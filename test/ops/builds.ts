// What checks and runs the operator's files: Prometheus with promtool, Alertmanager with amtool.
import { BUILDS, type Build } from "../stack/pins.ts";

export const OPS_PROGRAMS = ["prometheus", "promtool", "alertmanager", "amtool"] as const;
export type OpsProgram = (typeof OPS_PROGRAMS)[number];

const [prometheus] = BUILDS.filter(({ module }) => module === "prometheus") as unknown as Build<OpsProgram>[];

/** 0.32 and later embed a page whose files are not in the Go module, so 0.31.1 is the newest that builds as it is. */
const alertmanager: Build<OpsProgram> = {
  module: "alertmanager",
  programs: ["alertmanager", "amtool"],
  command: (into) => ({
    args: [
      "build",
      "-trimpath",
      "-ldflags=-s -w",
      "-tags=netgo",
      "-o",
      `${into}/`,
      "github.com/prometheus/alertmanager/cmd/alertmanager",
      "github.com/prometheus/alertmanager/cmd/amtool",
    ],
  }),
};

export const OPS_BUILDS: readonly Build<OpsProgram>[] = [
  ...(prometheus === undefined ? [] : [prometheus]),
  alertmanager,
];
