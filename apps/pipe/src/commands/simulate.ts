import type { Command } from "../Command.ts"
import { logFlags } from "./flagGroups.ts"
export const simulate: Command = {
  name: "simulate",
  usage: "[flags]",
  about: "Serve a simulated or replayed feed",
  details: [],
  flags: [logFlags],
  examples: [],
  run: async () => 0,
}
