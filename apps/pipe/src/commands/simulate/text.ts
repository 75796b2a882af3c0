/** The texts of `--faults list`. */
import { faults } from "@boltodds/simulator"

/** All faults, a line each. */
export const faultList = (): string => {
  const width = Math.max(...faults.map(({ name }) => name.length)) + 2
  const lines = faults.map(({ name, about }) => `  ${name.padEnd(width)}${about}`)
  return [
    "Faults, for --faults. Several are separated by commas, parameters by spaces:",
    "  --faults 'mute after=10s for=60s, garbage share=0.1'",
    "",
    ...lines,
    "",
    "--faults 'list NAME' prints the parameters of one.",
  ].join("\n")
}

/** One fault: what happens, what a good client does, its parameters. Undefined where there is none of this name. */
export const faultHelp = (name: string): string | undefined => {
  const fault = faults.find((one) => one.name === name)
  if (fault === undefined) return undefined
  const parameters = Object.entries(fault.parameters)
  const width = Math.max(...parameters.map(([name]) => name.length)) + 2
  return [
    `${fault.name}: ${fault.about}`,
    `A good client: ${fault.client}`,
    ...(fault.needsWorld ? ["It changes the simulated world: not with --replay."] : []),
    "",
    ...parameters.map(([name, { about, allowed, otherwise }]) =>
      `  ${name.padEnd(width)}${about}: ${allowed} (default: ${otherwise})`
    ),
  ].join("\n")
}
