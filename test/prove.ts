/** `npm run prove`: prints the table of proofs. `npm run prove -- NAME... WORD...` runs them; see proofs.ts. */
import { PROOFS } from "./proofs.ts";
import { runCommands } from "./support/commands.ts";

process.exitCode = await runCommands("prove", PROOFS, process.argv.slice(2));
