import type { LoadHook } from "node:module";
import { withFooter } from "./footer.ts";

/** The load hook for Node versions that run hooks on a separate thread (`module.register`). */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  try {
    return withFooter(url, loaded);
  } catch {
    return loaded; // a file whose package cannot be read is not an SDK's; this thread has nowhere to report to
  }
};
