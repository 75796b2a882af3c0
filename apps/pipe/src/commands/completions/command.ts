/** Completions for shells. */
import type { Command } from "../../commandLine/Command.ts"
import { logFlags } from "../../commandLine/flagGroups.ts"
import { UsageError } from "../../process/ExitCode.ts"
import { shells } from "./Shell.ts"

/** `boltodds-pipe completions bash`. */
export const completionsCommand: Command = {
  name: "completions",
  usage: shells.join("|"),
  about: "Print the completions of commands and flags for a shell",
  details: [],
  words: 1,
  flags: [logFlags],
  examples: [
    { about: "bash: in ~/.bashrc", line: 'eval "$(boltodds-pipe completions bash)"' },
    {
      about: "zsh: in a folder of $fpath, before compinit",
      line: "boltodds-pipe completions zsh > ~/.zfunc/_boltodds-pipe",
    },
    {
      about: "fish",
      line: "boltodds-pipe completions fish > ~/.config/fish/completions/boltodds-pipe.fish",
    },
  ],
  run: async (given, commands) => {
    const shell = shells.find((known) => known === given.words[0])
    if (shell === undefined) throw new UsageError(`Cannot print completions: write one of ${shells.join(", ")}`)
    return (await import("./run.ts")).runCompletions(shell, commands)
  },
}
