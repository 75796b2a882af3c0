/** What the plans allow, as far as it is known. */

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
