/** The manual page, made of the tables that also parse the command line. */
import type { Command } from "./Command.ts"
import type { Flag, FlagGroup } from "./flags.ts"

/** The page in the language of `man`. Of the commands the one without a name is that of a command line without one. */
export const manPage = (program: string, commands: ReadonlyArray<Command>): string => {
  const main = commands.find(({ name }) => name === "")
  const others = commands.filter(({ name }) => name !== "")
  return [
    `.\\" Made of the tables of the command line by apps/pipe/test/completions.test.ts. Do not edit.`,
    `.TH ${program.toUpperCase()} 1 "" "${program}" "User Commands"`,
    ".SH NAME",
    `${program} \\- ${escaped(main?.about ?? "")}`,
    ".SH SYNOPSIS",
    ...commands.flatMap(({ name, usage }) => [".PP", `\\fB${[program, name].join(" ").trim()}\\fR ${escaped(usage)}`]),
    ".SH DESCRIPTION",
    ...main === undefined ? [] : bodyOf(main),
    ".SH COMMANDS",
    ...others.flatMap((command) => [
      `.SS ${escaped(`${command.name} ${command.usage}`.trim())}`,
      `${escaped(command.about)}.`,
      ...bodyOf(command),
    ]),
    ".SH FILES",
    `The configuration, its options and every key of it: \\fB${program} schema reference\\fR.`,
    "",
  ].join("\n")
}

const bodyOf = ({ details, flags, examples }: Command): ReadonlyArray<string> => [
  ...details.flatMap((paragraph) => [".PP", ...linesOf(paragraph)]),
  ...flags.flatMap(groupOf),
  ...examples.flatMap(({ about, line }) => [".PP", `${escaped(about)}:`, ".PP", ".nf", `    ${escaped(line)}`, ".fi"]),
]

/** A line that begins with a space stays as it is, as in the help. */
const linesOf = (paragraph: string): ReadonlyArray<string> =>
  paragraph.split("\n").flatMap((line, index, lines) => {
    const isFixed = line.startsWith(" ")
    const wasFixed = index > 0 && lines[index - 1]!.startsWith(" ")
    return [
      ...isFixed && !wasFixed ? [".nf"] : !isFixed && wasFixed ? [".fi"] : [],
      escaped(line),
      ...isFixed && index === lines.length - 1 ? [".fi"] : [],
    ]
  })

const groupOf = ({ title, flags }: FlagGroup): ReadonlyArray<string> => [
  ".PP",
  `\\fI${escaped(title)}\\fR`,
  ...flags.flatMap((flag) => [".TP", signature(flag), escaped(textOf(flag))]),
]

const signature = ({ name, short, alias, value, repeatable }: Flag): string =>
  [...short === undefined ? [] : [`-${short}`], `--${name}`, ...alias === undefined ? [] : [`--${alias}`]]
    .map((spelling) => `\\fB${escaped(spelling)}\\fR`).join(", ") +
  (value === undefined ? "" : ` \\fI${escaped(value)}\\fR`) + (repeatable === true ? " ..." : "")

const textOf = ({ about, choices, env }: Flag): string =>
  about + (choices === undefined ? "" : ` One of ${choices.join(", ")}.`) + (env === undefined ? "" : ` [${env}]`)

/** A text that means nothing to `man`. */
const escaped = (text: string): string =>
  text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^([.'])/gm, "\\&$1")
