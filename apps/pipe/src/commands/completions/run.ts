/** `completions` at work: scripts for shells, made of the tables that also parse the command line. */
import type { Command } from "../../commandLine/Command.ts"
import type { Flag } from "../../commandLine/flags.ts"
import { ExitCode } from "../../process/ExitCode.ts"
import { writeOut } from "../../terminal/Terminal.ts"
import type { Shell } from "./Shell.ts"

/** Prints the completions for a shell. */
export const runCompletions = async (shell: Shell, commands: ReadonlyArray<Command>): Promise<ExitCode> => {
  await writeOut(completionsFor(shell, "boltodds-pipe", commands))
  return ExitCode.clean
}

/** The script for a shell. Of the commands the one without a name is that of a command line without one. */
export const completionsFor = (shell: Shell, program: string, commands: ReadonlyArray<Command>): string => {
  const lines = { bash, zsh, fish }[shell](program, commands)
  return `${lines.join("\n")}\n`
}

const header = (program: string, shell: Shell): string =>
  `# Completions of ${program} for ${shell}, made by \`${program} completions ${shell}\`.`

const flagsOf = ({ flags }: Command): ReadonlyArray<Flag> => flags.flatMap((group) => group.flags)

/** Each spelling of a flag, as it is written. */
const spellings = ({ name, short, alias }: Flag): ReadonlyArray<string> => [
  `--${name}`,
  ...alias === undefined ? [] : [`--${alias}`],
  ...short === undefined ? [] : [`-${short}`],
]

/** The words that a command takes: those of its usage, `bash|zsh|fish`. */
const wordsOf = ({ usage }: Command): ReadonlyArray<string> => {
  const [first = ""] = usage.split(" ")
  return /^[a-z-]+(?:\|[a-z-]+)+$/.test(first) ? first.split("|") : []
}

const isFile = ({ value }: Flag): boolean => value !== undefined && /FILE|PATH/.test(value)

/** What a flag does, up to the end of the first sentence. */
const short = ({ about }: Pick<Flag, "about">): string =>
  (/^.*?[.:](?= |$)/.exec(about)?.[0] ?? about).replace(/[.:]$/, "")

const named = (commands: ReadonlyArray<Command>): ReadonlyArray<Command> => commands.filter(({ name }) => name !== "")

/** `help` and `version` are words like commands. */
const extraWords: ReadonlyArray<readonly [name: string, about: string]> = [
  ["help", "Print the help of a command"],
  ["version", "Print the version"],
]

const bash = (program: string, commands: ReadonlyArray<Command>): ReadonlyArray<string> => {
  const names = named(commands).map(({ name }) => name)
  const flagCases = commands.map((command) =>
    `    ${command.name === "" ? "''" : command.name}) flags="${
      flagsOf(command).flatMap(spellings).join(" ")
    }" words="${wordsOf(command).join(" ")}" ;;`
  )
  const valueCases = commands.flatMap((command) =>
    flagsOf(command).flatMap((flag) => {
      if (flag.value === undefined) return []
      const patterns = spellings(flag).map((spelling) => `'${command.name}:${spelling}'`).join("|")
      if (flag.choices !== undefined) {
        return [`    ${patterns}) COMPREPLY=($(compgen -W "${flag.choices.join(" ")}" -- "$cur")); return ;;`]
      }
      // Nothing is known of other values; the names of files would be wrong for most of them.
      return [`    ${patterns}) ${isFile(flag) ? "" : "compopt +o default 2>/dev/null; "}COMPREPLY=(); return ;;`]
    })
  )
  const id = `_${program.replaceAll("-", "_")}`
  return [
    header(program, "bash"),
    `${id}() {`,
    '  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD - 1]}" command="" flags="" words="" seen=""',
    '  local -r before="${COMP_WORDS[1]}"',
    "  COMPREPLY=()",
    '  if [ "$COMP_CWORD" -gt 1 ]; then',
    `    case "$before" in ${names.join("|")}|help) command="$before" ;; esac`,
    "  fi",
    '  if [ "$command" = help ]; then',
    `    COMPREPLY=($(compgen -W "${names.join(" ")}" -- "$cur")); return`,
    "  fi",
    // In bash `--emit=changes` is three words.
    '  if [ "$cur" = "=" ]; then cur=""; elif [ "$prev" = "=" ]; then prev="${COMP_WORDS[COMP_CWORD - 2]}"; fi',
    '  case "$command:$prev" in',
    ...valueCases,
    "  esac",
    '  case "$command" in',
    ...flagCases,
    "  esac",
    '  case "$cur" in',
    '    -*) COMPREPLY=($(compgen -W "$flags" -- "$cur")) ;;',
    '    *) if [ "$COMP_CWORD" -eq 1 ]; then',
    `         COMPREPLY=($(compgen -W "${[...names, ...extraWords.map(([name]) => name)].join(" ")}" -- "$cur"))`,
    '       elif [ "$COMP_CWORD" -eq 2 ] && [ -n "$words" ]; then',
    '         COMPREPLY=($(compgen -W "$words" -- "$cur"))',
    "       fi ;;",
    "  esac",
    "}",
    `complete -o default -F ${id} ${program}`,
  ]
}

/** In single quotes. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** A text inside of a specification of `_arguments`. */
const zshText = (text: string): string => text.replace(/[\\[\]:]/g, "\\$&")

const zsh = (program: string, commands: ReadonlyArray<Command>): ReadonlyArray<string> => {
  const id = `_${program.replaceAll("-", "_")}`
  const specification = (flag: Flag): ReadonlyArray<string> => {
    const action = flag.choices === undefined ? isFile(flag) ? "_files" : " " : `(${flag.choices.join(" ")})`
    const value = flag.value === undefined ? "" : `:${zshText(flag.value)}:${action}`
    return spellings(flag).map((spelling) =>
      quoted(`${flag.repeatable === true ? "*" : ""}${spelling}[${zshText(short(flag))}]${value}`)
    )
  }
  const argumentsOf = (command: Command): ReadonlyArray<string> => {
    const words = wordsOf(command)
    const positional = command.words === undefined
      ? []
      : [quoted(words.length === 0 ? "*:file:_files" : `1:word:(${words.join(" ")})`)]
    return [
      "_arguments -s \\",
      ...[...flagsOf(command).flatMap(specification), ...positional].map((line) => `  ${line} \\`),
      "  && return",
    ]
  }
  const described = [...named(commands).map(({ name, about }) => [name, about] as const), ...extraWords]
  return [
    `#compdef ${program}`,
    header(program, "zsh"),
    `${id}() {`,
    "  local -a commands",
    "  commands=(",
    ...described.map(([name, about]) => `    ${quoted(`${name}:${about}`)}`),
    "  )",
    "  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then",
    "    _describe command commands",
    "    return",
    "  fi",
    "  local command=$words[2]",
    "  case $command in",
    ...named(commands).flatMap((command) => [
      `    ${command.name})`,
      "      shift words; (( CURRENT-- ))",
      ...argumentsOf(command).map((line) => `      ${line}`),
      "      ;;",
    ]),
    "    help)",
    "      (( CURRENT == 3 )) && _describe command commands",
    "      ;;",
    "    *)",
    ...commands.filter(({ name }) => name === "").flatMap(argumentsOf).map((line) => `      ${line}`),
    "      ;;",
    "  esac",
    "}",
    `compdef ${id} ${program} 2>/dev/null`,
    `[[ $funcstack[1] == _${program} ]] && ${id} "$@"`,
    "true",
  ]
}

const fish = (program: string, commands: ReadonlyArray<Command>): ReadonlyArray<string> => {
  const names = [...named(commands).map(({ name }) => name), ...extraWords.map(([name]) => name)]
  const none = `not __fish_seen_subcommand_from ${names.join(" ")}`
  const line = (condition: string, rest: string): string => `complete -c ${program} -n ${quoted(condition)} ${rest}`
  const flagLine = (condition: string, flag: Flag): ReadonlyArray<string> => {
    const value = flag.value === undefined
      ? ""
      : flag.choices === undefined
      ? isFile(flag) ? " -r -F" : " -x"
      : ` -x -a ${quoted(flag.choices.join(" "))}`
    return [flag.name, ...flag.alias === undefined ? [] : [flag.alias]].map((name, index) =>
      line(
        condition,
        `-l ${name}${index === 0 && flag.short !== undefined ? ` -s ${flag.short}` : ""}${value} -d ${
          quoted(short(flag))
        }`,
      )
    )
  }
  return [
    header(program, "fish"),
    `complete -c ${program} -f`,
    ...[...named(commands).map(({ name, about }) => [name, about] as const), ...extraWords].map(([name, about]) =>
      line(none, `-a ${name} -d ${quoted(about)}`)
    ),
    line("__fish_seen_subcommand_from help", `-a ${quoted(named(commands).map(({ name }) => name).join(" "))}`),
    ...commands.flatMap((command) => {
      const condition = command.name === "" ? none : `__fish_seen_subcommand_from ${command.name}`
      const words = wordsOf(command)
      return [
        ...words.length === 0 ? [] : [line(condition, `-a ${quoted(words.join(" "))}`)],
        ...words.length === 0 && command.words !== undefined ? [line(condition, "-F")] : [],
        ...flagsOf(command).flatMap((flag) => flagLine(condition, flag)),
      ]
    }),
  ]
}
