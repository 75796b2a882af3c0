/** What the records of `best`, `fair` and `opportunities` say, kept as their documents ask of a reader. */
import { type Kind, pairKey } from "@boltodds/market"
import { type Control, isControl, parseTimestamp } from "@boltodds/protocol"
import { type Best, type Fair, forgetsOf, isForgotten, type Opportunity } from "@boltodds/signals"
import { marketLabel } from "../markets.ts"
import type { BestRow, BestSide, OpportunityRow } from "../Signals.ts"
import { namesOf, rankOf } from "./sideNames.ts"
import type { RungCell } from "./cells.ts"

/** A closed opportunity is shown for so long. */
const closedMillis = 10_000

interface Opened {
  readonly record: Opportunity
  readonly openedAt: number
  /** When it was received. */
  readonly receivedAt: number
  readonly closedAt: number | undefined
}

/** Keeps them. */
export class SignalRows {
  readonly #best = new Map<string, { readonly record: Best; readonly at: number }>()
  readonly #fair = new Map<string, Fair>()
  readonly #opportunities = new Map<string, Opened>()
  #bestRows: ReadonlyArray<Omit<BestRow, "ageMs"> & { readonly at: number }> | undefined

  best(records: ReadonlyArray<Best | Control>, now: number): void {
    this.#bestRows = undefined
    for (const record of records) {
      if (!isControl(record as Control)) {
        const best = record as Best
        if (best.best === "closed") this.#best.delete(best.key)
        else this.#best.set(best.key, { record: best, at: best.cause === "snapshot" ? this.#atOf(best, now) : now })
        continue
      }
      const forgets = forgetsOf(record as Control)
      if (forgets === undefined) continue
      for (const [key, { record: { sportsbooks, sessions } }] of this.#best) {
        if (sportsbooks.every((name, at) => isForgotten(forgets, sessions[at]!, name))) this.#best.delete(key)
      }
    }
  }

  fair(records: ReadonlyArray<Fair | Control>): void {
    this.#bestRows = undefined
    for (const record of records) {
      if (!isControl(record as Control)) {
        const fair = record as Fair
        if (fair.fair === "closed") this.#fair.delete(fair.key)
        else this.#fair.set(fair.key, fair)
        continue
      }
      const forgets = forgetsOf(record as Control)
      if (forgets === undefined) continue
      for (const [key, { sportsbooks, sessions }] of this.#fair) {
        if (sportsbooks.some((name, at) => isForgotten(forgets, sessions[at]!, name))) this.#fair.delete(key)
      }
    }
  }

  opportunities(records: ReadonlyArray<Opportunity | Control>, now: number): void {
    for (const record of records) {
      if (isControl(record as Control)) {
        if (forgetsOf(record as Control) === "all") this.#opportunities.clear()
        continue
      }
      const opportunity = record as Opportunity
      const known = this.#opportunities.get(opportunity.id)
      const isClosed = opportunity.opportunity === "closed"
      this.#opportunities.set(opportunity.id, {
        record: opportunity,
        openedAt: opportunity.opportunity === "opened" || known === undefined
          ? now - (opportunity.open_ms ?? 0)
          : known.openedAt,
        receivedAt: now,
        closedAt: isClosed ? now : undefined,
      })
    }
    for (const [id, { closedAt }] of this.#opportunities) {
      if (closedAt !== undefined && now - closedAt >= closedMillis) this.#opportunities.delete(id)
    }
  }

  /** The probabilities of the sides of a line, by side. */
  fairOf({ market, line }: RungCell): Readonly<Record<string, number>> | undefined {
    return this.#fair.get(`${market.key}|${line ?? ""}`)?.p
  }

  bestRows(now: number): ReadonlyArray<BestRow> {
    this.#bestRows ??= this.#makeBestRows()
    return this.#bestRows.map(({ at, ...row }) => ({ ...row, ageMs: Math.max(0, now - at) }))
  }

  opportunityRows(now: number): ReadonlyArray<OpportunityRow> {
    return [...this.#opportunities.values()].filter(({ closedAt }) =>
      closedAt === undefined || now - closedAt < closedMillis
    ).map(({ record, openedAt, receivedAt, closedAt }): OpportunityRow => {
      const { home_team: home, away_team: away } = record
      const legs = record.legs.map((leg, at) => ({
        sportsbook: leg.sportsbook,
        side: leg.side,
        ...namesOf({ side: leg.side, line: leg.line, kind: record.kind, scope: record.scope }, { home, away }),
        odds: leg.odds,
        stake: record.stakes[at] ?? 0,
        link: leg.link,
        priceAgeMs: leg.price_age_ms === null ? null : leg.price_age_ms + Math.max(0, now - receivedAt),
      }))
      const ages = legs.map(({ priceAgeMs }) => priceAgeMs)
      return {
        id: record.id,
        type: record.type,
        isOpen: closedAt === undefined,
        reason: record.reason ?? null,
        value: record.value,
        event: record.event,
        sport: record.sport,
        market: marketLabel(record),
        home,
        away,
        startsAt: record.starts_at === null ? null : parseTimestamp(record.starts_at),
        legs,
        openMs: record.open_ms ?? Math.max(0, (closedAt ?? now) - openedAt),
        oldestMs: ages.includes(null) ? null : Math.max(...ages.map((age) => age!)),
        fees: record.fees,
        warnings: record.warnings,
      }
    }).toSorted((a, b) =>
      Number(b.isOpen) - Number(a.isOpen) || b.value - a.value || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
    )
  }

  #atOf({ key, odds }: Best, now: number): number {
    const known = this.#best.get(key)
    return known !== undefined && known.record.odds === odds ? known.at : now
  }

  #makeBestRows(): ReadonlyArray<Omit<BestRow, "ageMs"> & { readonly at: number }> {
    const pairs = new Map<string, Array<{ readonly record: Best; readonly at: number }>>()
    for (const each of this.#best.values()) {
      const key = pairKey(each.record.event, each.record)
      const pair = pairs.get(key)
      if (pair === undefined) pairs.set(key, [each])
      else pair.push(each)
    }
    return [...pairs].map(([key, pair]) => {
      const sides = pair.toSorted((a, b) =>
        rankOf(a.record.side) - rankOf(b.record.side) || (a.record.key < b.record.key ? -1 : 1)
      )
      const first = sides[0]!.record
      const { home_team: home, away_team: away } = first
      const fair = this.#fair.get(key)?.p
      // Whether the sides are a whole set the newest record says; what they add up to may have changed since.
      const newest = sides.reduce((a, b) => b.record.seq > a.record.seq ? b : a)
      const isWhole = sides.length === sidesOf(first.kind) && newest.record.booksum !== null
      const booksum = sides.reduce((sum, { record }) => sum + 1 / record.net!, 0)
      return {
        key,
        event: first.event,
        sport: first.sport,
        market: marketLabel(first),
        home,
        away,
        startsAt: first.starts_at === null ? null : parseTimestamp(first.starts_at),
        sides: sides.map(({ record }): BestSide => ({
          key: record.key,
          side: record.side,
          ...namesOf(record, { home, away }),
          odds: record.odds!,
          sportsbooks: record.sportsbooks,
          of: record.of,
          fair: fair?.[record.side] ?? null,
          warnings: record.warnings,
        })),
        hold: isWhole ? booksum / (first.kind === "double_chance" ? 2 : 1) - 1 : null,
        at: Math.max(...sides.map(({ at }) => at)),
      }
    }).toSorted((a, b) => (a.hold ?? most) - (b.hold ?? most) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  }
}

/** More than any hold. */
const most = 1e9

const sidesOf = (kind: Kind): number => kind === "double_chance" || kind.endsWith("_3way") ? 3 : 2
