/** `npm run bench`: prints the table of measurements. `npm run bench -- NAME WORD...` measures it; see benches.ts. */
import { runCommands } from "../test/support/commands.ts";
import { BENCHES } from "./benches.ts";

process.exitCode = await runCommands("bench", BENCHES, process.argv.slice(2));
