/** Timing two ways of doing one thing, in turns, so that what else the machine does falls on both. */

/** Prints the best time per input of each, and their ratio. */
export const compare = <Input>(
  name: string,
  base: string,
  inputs: ReadonlyArray<Input>,
  baseWay: (input: Input) => unknown,
  ours: string,
  ourWay: (input: Input) => unknown,
  rounds = 40,
): void => {
  let kept: unknown
  const time = (way: (input: Input) => unknown): number => {
    const start = performance.now()
    for (const input of inputs) kept = way(input)
    return ((performance.now() - start) * 1e6) / inputs.length
  }
  let bestBase = Infinity
  let bestOurs = Infinity
  for (let round = 0; round < rounds; round++) {
    bestBase = Math.min(bestBase, time(baseWay))
    bestOurs = Math.min(bestOurs, time(ourWay))
  }
  if (kept === undefined) throw new Error("Nothing was measured")
  const ratio = (bestOurs / bestBase).toFixed(2)
  console.log(`${name}: ${base} ${bestBase.toFixed(0)} ns, ${ours} ${bestOurs.toFixed(0)} ns, ratio ${ratio}`)
}
