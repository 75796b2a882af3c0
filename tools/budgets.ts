/** Budgets of sizes. */

/** What is wrong with a size; undefined where it is within its budget. */
export const within = (
  name: string,
  size: number,
  budgets: Readonly<Record<string, number>>,
): string | undefined => {
  const budget = budgets[name]
  if (budget === undefined) return `${name} has no budget in tools/budgets.json`
  if (size <= budget) return undefined
  return `${name}: ${size}, which is ${size - budget} above the budget of ${budget} in tools/budgets.json`
}
