/** What the vendor promises: how often the feed sends something, and what a plan allows. */

/** Without any frame for this long a session counts as silent, and nothing of it as live. In milliseconds. */
export const silentMillis = 25_000

/** Without any frame for this long a connection counts as dead, and is replaced. In milliseconds. */
export const deadMillis = 45_000

/** What a plan allows at a time; what is undefined has no limit that is known. */
export interface PlanLimits {
  readonly connections: number
  readonly sports: number | undefined
  readonly markets: number | undefined
}

const plans: Readonly<Record<string, PlanLimits>> = {
  starter: { connections: 1, sports: 1, markets: 1 },
  growth: { connections: 1, sports: undefined, markets: undefined },
  pro: { connections: 3, sports: undefined, markets: undefined },
}

/** The limits of a plan by the name the server gives it, in any case; undefined for others (PROTOCOL, "Endpoints"). */
export const planLimits = (plan: string): PlanLimits | undefined => {
  const name = plan.trim().toLowerCase()
  return Object.hasOwn(plans, name) ? plans[name] : undefined
}
