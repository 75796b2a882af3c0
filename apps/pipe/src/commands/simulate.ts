/** A feed to develop against: the simulator's own command, under this program's name. */
import type { DelegatedCommand } from "../Command.ts"

/** `boltodds-pipe simulate`. Its flags and help are those of `boltodds-simulator`. */
export const simulate: DelegatedCommand = {
  name: "simulate",
  usage: "[flags]",
  about: "Serve a simulated or replayed feed on this machine",
  delegate: async (args, name) => (await import("boltodds-simulator/command")).runSimulate(args, name),
}
