// Colours of lines and of thresholds.

/** Grafana's classic palette. */
const PALETTE =
  "#7EB26D #EAB839 #6ED0E0 #EF843C #E24D42 #1F78C1 #BA43A9 #705DA0 #508642 #CCA300 #447EBC #C15C17 #890F02 #0A437C #6D1F62 #584477 #B7DBAB #F4D598 #70DBED #F9BA8F #F29191 #82B5D8 #E5A8E2 #AEA2E0 #629E51 #E5AC0E #64B0C8 #E0752D #BF1B00 #0A50A1 #962D82 #614D93".split(
    " ",
  );
const NAMED = { green: "#73BF69", yellow: "#FADE2A", red: "#F2495C" };

/** A line's colour: its own, or the next of the palette. */
export function colourOf({ fieldConfig: { overrides } }, legend, index) {
  const own = overrides
    .filter(
      ({ matcher }) =>
        (matcher.id === "byName" && matcher.options === legend) ||
        (matcher.id === "byRegexp" && new RegExp(matcher.options.slice(1, -1)).test(legend)),
    )
    .flatMap(({ properties }) => properties)
    .find(({ id }) => id === "color");
  return named(own?.value.fixedColor) ?? PALETTE[index % PALETTE.length];
}

/** The colour of the highest threshold that a value has reached. */
export function thresholdColour(steps, value) {
  return named(steps.findLast((one) => one.value === null || value >= one.value)?.color);
}

export function named(colour) {
  return NAMED[colour];
}
