/** `npm run prove`: the table of what can be proved. `npm run prove -- NAME... WORD...` proves it; see proofs.ts. */
import { PROOFS } from "./proofs.ts";
import { runCommands } from "./support/commands.ts";

process.exitCode = await runCommands("prove", PROOFS, process.argv.slice(2));
