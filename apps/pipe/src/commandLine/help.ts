/** What --help and --version print. The help pages are made from the tables that also parse the command line. */
import type { Command } from "./Command.ts"
import type { Flag, FlagGroup } from "./flags.ts"
import type { Paint } from "../terminal/Terminal.ts"
import manifest from "../../package.json" with { type: "json" }

const columns = 80

/** The help of one command. For the default command, `others` are listed too. */
export const helpOf = (
  program: string,
  command: Command,
  others: ReadonlyArray<Pick<Command, "name" | "about">>,
  paint: Paint,
): string => {
  const parts = [
    command.about,
    `${paint.bold("Usage")}\n  ${[program, command.name, command.usage].filter((word) => word !== "").join(" ")}`,
  ]
  if (others.length > 0) parts.push(commandList(others, paint))
  parts.push(...command.details.map(reflow))
  for (const group of command.flags) parts.push(flagList(group, paint))
  if (command.examples.length > 0) {
    const examples = command.examples.map(({ line, about }) => `  ${paint.dim(`# ${about}`)}\n  ${line}`)
    parts.push([paint.bold("Examples"), examples.join("\n\n")].join("\n"))
  }
  return `${parts.join("\n\n")}\n`
}

const commandList = (commands: ReadonlyArray<Pick<Command, "name" | "about">>, paint: Paint): string => {
  const rows = commands.map(({ name, about }) => [name, about] as const)
  const width = Math.max(...rows.map(([left]) => left.length))
  return [
    paint.bold("Commands"),
    ...rows.map(([left, about]) => `  ${left.padEnd(width)}  ${about}`),
  ].join("\n")
}

const signature = ({ name, short, value, repeatable }: Flag): string =>
  (short === undefined ? "" : `-${short}, `) + `--${name}` +
  (value === undefined ? "" : ` ${value}`) +
  (repeatable === true ? " …" : "")

const flagList = ({ title, flags }: FlagGroup, paint: Paint): string => {
  const width = 22
  const lines = flags.flatMap((flag) => {
    const left = signature(flag)
    const choices = flag.choices === undefined ? "" : ` One of ${flag.choices.join(", ")}.`
    const alias = flag.alias === undefined ? "" : ` Also --${flag.alias}.`
    const env = flag.env === undefined ? "" : ` [${flag.env}]`
    const [first = "", ...rest] = wrap(
      flag.about + choices + alias + env,
      columns - width - 4,
    )
    const start = left.length > width
      ? [`  ${left}`, `${" ".repeat(width + 4)}${first}`]
      : [`  ${left.padEnd(width)}  ${first}`]
    return [...start, ...rest.map((line) => " ".repeat(width + 4) + line)]
  })
  return [paint.bold(title), ...lines].join("\n")
}

/** Fills lines up to the width of the page. Lines that begin with a space, such as lists, stay as they are. */
const reflow = (text: string): string => {
  const blocks: Array<string> = []
  let open = false
  for (const line of text.split("\n")) {
    const isFixed = line.startsWith(" ")
    // A list begins a line of its own, and so does what follows it.
    if (open && !isFixed) blocks.push(`${blocks.pop()!} ${line}`)
    else blocks.push(line)
    open = !isFixed
  }
  return blocks.flatMap((block) => block.startsWith(" ") ? [block] : wrap(block, columns - 1)).join("\n")
}

/** Breaks a text into lines of at most `width`, at spaces. */
const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === "" ? word : `${line} ${word}`
    }
  }
  return line === "" ? lines : [...lines, line]
}

/** As package.json has it when the bundle is made: so `--version` reads no file for it. */
export const version = (): string => manifest.version
