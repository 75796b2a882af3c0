export {
  type Best,
  type BestKind,
  bestKinds,
  type BestReason,
  bestReasons,
  type BestWarning,
  bestWarnings,
} from "./best/Best.ts"
export { BestPrices, type BestPricesOptions } from "./best/BestPrices.ts"
export {
  type Closing,
  type ClosingKind,
  closingKinds,
  type ClosingReason,
  closingReasons,
  type ClosingWarning,
  closingWarnings,
} from "./closing/Closing.ts"
export { type Bet, type BetClv, type BetClvReason, ClosingTable, type ClosingTableOptions } from "./clv/ClosingTable.ts"
export { type Fair, type FairKind, fairKinds, type FairReason, fairReasons } from "./fair/Fair.ts"
export { type Forgets, forgetsOf, isForgotten } from "./forgets.ts"
export type { SignalSettings } from "./Settings.ts"
export type { Phase, SignalStamp, SignalSubject } from "./SignalRecord.ts"
export {
  type Opportunity,
  type OpportunityKind,
  opportunityKinds,
  type OpportunityLeg,
  type OpportunityReason,
  opportunityReasons,
  type OpportunityType,
  opportunityTypes,
} from "./opportunities/Opportunity.ts"
