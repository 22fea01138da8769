import type { LoadHook } from "node:module";
import { withFooter } from "./footer.ts";

/** The load hook where Node runs hooks on a thread of their own (`module.register`). */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  try {
    return withFooter(url, loaded);
  } catch {
    return loaded; // a file we cannot read the package of is not ours; on this thread there is nobody to tell
  }
};
