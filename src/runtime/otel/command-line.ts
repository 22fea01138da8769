import { basename, isAbsolute } from "node:path";
import { redactMessage } from "../../privacy/uri.ts";

/** As in the semantic conventions. */
const REDACTED = "REDACTED";

/** How a process was started. */
interface CommandLine {
  readonly argv: readonly string[];
  /** Node's own options, which `argv` does not have. */
  readonly execArgv: readonly string[];
  readonly execPath: string;
}

/**
 * The attributes of the command line from the SDK's detector, fit to be exported: the program and its flags, without
 * their values. The conventions require that too: not by default, unless sanitised.
 * https://opentelemetry.io/docs/specs/semconv/resource/process/
 */
const HARMLESS: Readonly<Record<string, (line: CommandLine) => string | string[]>> = {
  "process.command": scriptOf,
  "process.command_args": harmlessArguments,
  "process.command_line": (line) => harmlessArguments(line).join(" "),
  // The detector reads the title, which the program sets, and on Windows the whole command line.
  "process.executable.name": ({ execPath }) => basename(execPath),
};

/** The attributes of a process, with the exportable part of its command line. */
export function harmlessCommandLine<Attributes extends object>(attributes: Attributes): Attributes {
  const harmless = Object.entries(attributes).map(([key, value]: [string, unknown]): [string, unknown] => [
    key,
    HARMLESS[key]?.(process) ?? value,
  ]);
  return Object.fromEntries(harmless) as Attributes;
}

export function harmlessArguments(line: CommandLine): string[] {
  const [executable = "", , ...rest] = line.argv;
  const script = line.argv.length > 1 ? [scriptOf(line)] : [];
  return [executable, ...line.execArgv.map(flagAlone), ...script, ...rest.map(flagAlone)];
}

/** The script's path; with `--eval` the second word is a user's argument. */
function scriptOf({ argv, execArgv }: CommandLine): string {
  const [, script = ""] = argv;
  const evaluated = execArgv.some((option) => /^(-[a-z]*[ep][a-z]*|--eval|--print)(=|$)/.test(option));
  return isAbsolute(script) && !evaluated ? script : REDACTED;
}

/** `--key=value` and `-kvalue` lose the value; a word that is not a flag may be the value of the one before. */
function flagAlone(word: string): string {
  if (word === "-" || word === "--") return word;
  const [flag] = /^(?:--[a-z][\w.-]{0,60}(?==|$)|-[a-z])/i.exec(word) ?? [];
  if (flag === undefined || redactMessage(flag) !== flag) return REDACTED;
  if (word === flag) return flag;
  return word[flag.length] === "=" ? `${flag}=${REDACTED}` : flag + REDACTED;
}
