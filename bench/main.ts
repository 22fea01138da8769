/** `npm run bench`: the table of what can be measured. `npm run bench -- NAME WORD...` measures it; see benches.ts. */
import { runCommands } from "../test/support/commands.ts";
import { BENCHES } from "./benches.ts";

process.exitCode = await runCommands("bench", BENCHES, process.argv.slice(2));
