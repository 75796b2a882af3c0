/** What the view marks, against plain loops over the folded book. */
import { type Book, type Change, type Control, emptyBook, fold, gameId, isLive } from "@boltodds/protocol"
import { makeSportsbooks } from "@boltodds/market"
import { apply, make, snapshot } from "@boltodds/state"
import { type BoardGroup, type PriceCell, View } from "@boltodds/view"
import { expect, it } from "vitest"
import { brutePrices, Draws, grouped } from "../../signals/test/brute.ts"
import { worldLife } from "../../signals/test/world.ts"
import { forLives, isLookedAt, run } from "./life.ts"

/** Without fees: the board shows prices as they are offered. */
const noFees = { sportsbooks: { prophetx: { fee: {} } } }

const allGroups = (view: View, now: number): ReadonlyArray<BoardGroup> => {
  const events = new Set(view.markets.flatMap(({ id }) => view.boardKeys({ market: id }, now)))
  return [...events].toSorted().flatMap((event) => view.event(event, null, now))
}

const cellsOf = (groups: ReadonlyArray<BoardGroup>) =>
  groups.flatMap(({ event, rows }) =>
    rows.flatMap(({ key, cells }) => [...cells.values()].map((cell) => ({ event, key, cell })))
  )

const isMarked = ({ state, isBest, move }: PriceCell): boolean => state === "live" || isBest || move !== null

it("marks nothing as live, best or moved that is not live, priced, of a complete game and not synthetic", () => {
  const sportsbooks = makeSportsbooks()
  let [live, best, moved, unmarked] = [0, 0, 0, 0]
  forLives((life) => {
    const view = new View()
    let book: Book = emptyBook
    let groups = 0
    life.play((group, now) => {
      view.takeChanges(group, now)
      book = fold(book, group)
      if (!isLookedAt(groups++)) return
      for (const { event, key, cell } of cellsOf(allGroups(view, now))) {
        if (!isMarked(cell)) {
          unmarked++
          continue
        }
        const { sportsbook, odds, state, isBest, move } = cell
        // Some line of this sportsbook and event has this price and is live.
        const games = [...book.games.values()].filter((game) =>
          game.sportsbook === sportsbook &&
          (game.universal_game_id === null ? event.endsWith(game.game) : game.universal_game_id === event)
        )
        const holders = games.filter((game) =>
          [...game.lines.values()].some((line) => line.odds === odds && line.odds !== null && isLive(book, game, line))
        )
        const where = `${key} at ${sportsbook}`
        if (odds === null || holders.length === 0 || state !== "live") throw new Error(`${where} is marked, not live`)
        live++
        if (!isBest && move === null) continue
        if (holders.every(({ partial }) => partial)) throw new Error(`${where} is marked, of a partial game`)
        if (sportsbooks.of(sportsbook).kind === "synthetic") throw new Error(`${where} is marked, synthetic`)
        if (isBest) best++
        if (move !== null) moved++
      }
    })
  })
  for (const count of [live, best, moved, unmarked]) expect(count).toBeGreaterThan(50)
})

it("finds the best price that plain loops find, and all sportsbooks that have it", () => {
  let compared = 0
  forLives((life) => {
    const view = new View(noFees)
    const draws = new Draws()
    let book: Book = emptyBook
    let groups = 0
    life.play((group, now) => {
      view.takeChanges(group, now)
      book = fold(book, group)
      for (const record of group) draws.take(record)
      if (!isLookedAt(groups++)) return
      const shown = allGroups(view, now).flatMap(({ rows }) =>
        rows.flatMap(({ key, best }) =>
          best === null
            ? []
            : [`${key} ${best.odds === -100 ? 100 : best.odds} at ${best.sportsbooks.join("+")} of ${best.of}`]
        )
      ).toSorted()
      for (const { key, best, cells } of allGroups(view, now).flatMap(({ rows }) => rows)) {
        const marked = [...cells.values()].filter(({ isBest }) => isBest).map(({ sportsbook }) => sportsbook).toSorted()
        if (marked.join() !== (best?.sportsbooks ?? []).join()) {
          throw new Error(`${key}: ${marked.join()} are marked best`)
        }
      }
      const wanted = [...grouped(
        brutePrices(book, draws, noFees).filter(({ torn, selection: { scope, kind } }) =>
          !torn && scope !== "player" && scope !== "field" && kind !== "first"
        ),
        ({ key }) => key,
      )].map(([key, prices]) => {
        const most = Math.max(...prices.map(({ decimal }) => decimal))
        const bests = prices.filter(({ decimal }) => decimal === most)
        const odds = bests[0]!.line.odds === -100 ? 100 : bests[0]!.line.odds
        return `${key} ${odds} at ${bests.map(({ sportsbook }) => sportsbook).toSorted().join("+")} of ${prices.length}`
      }).toSorted()
      if (shown.join("\n") !== wanted.join("\n")) expect(shown).toEqual(wanted)
      compared += wanted.length
    })
  })
  expect(compared).toBeGreaterThan(100)
})

it("has a banner while a session or a sportsbook is unverified, and only then", () => {
  let [withBanner, without] = [0, 0]
  forLives((life) => {
    const view = new View()
    let book: Book = emptyBook
    life.play((group, now) => {
      view.takeChanges(group, now)
      book = fold(book, group)
      const bad = new Set<string>()
      for (const games of grouped(book.games.values(), (game) => gameId(game.session, game.sportsbook)).values()) {
        const { session, sportsbook } = games[0]!
        const verified = games.filter((game) => game.verified).length
        const isStale = book.staleSessions.has(session) || book.staleBooks.has(gameId(session, sportsbook))
        if (isStale || games.length - verified > verified) bad.add(sportsbook)
      }
      const { banner } = view
      expect(banner !== null).toBe(book.lossy || bad.size > 0)
      if (banner === null) without++
      else {
        withBanner++
        expect(banner.sportsbooks).toEqual([...bad].toSorted())
        expect(banner.games).toBe(book.games.size)
      }
      const { games, gamesLive } = view.head(now)
      expect(games).toBe(book.games.size)
      expect(gamesLive).toBe(
        [...book.games.values()].filter((game) =>
          game.verified && !book.lossy && !book.staleSessions.has(game.session) &&
          !book.staleBooks.has(gameId(game.session, game.sportsbook))
        ).length,
      )
    })
  })
  expect(withBanner).toBeGreaterThan(5)
  expect(without).toBeGreaterThan(5)
})

/** Without what only a history knows. */
const withoutMoves = (groups: ReadonlyArray<BoardGroup>): ReadonlyArray<unknown> =>
  groups.map(({ rows, ...group }) => ({
    ...group,
    rows: rows.map(({ cells, ...row }) => ({
      ...row,
      cells: [...cells.values()].map(({ move: _, ...cell }) => cell).toSorted((a, b) =>
        a.sportsbook < b.sportsbook ? -1 : 1
      ),
    })),
  }))

const shownBy = (view: View, now: number): unknown => ({
  all: withoutMoves(allGroups(view, now)),
  boards: view.markets.map(({ id, ...market }) => ({
    id,
    market,
    groups: withoutMoves(view.board({ market: id }, now)),
  })),
  isBanner: view.banner?.sportsbooks,
})

it("shows of a snapshot what it shows of the history, but for moves", () => {
  let compared = 0
  forLives((_, seed) => {
    const events = worldLife(seed)
    for (const share of [0.3, 0.6, 0.8, 1]) {
      const until = events.slice(0, Math.floor(events.length * share))
      const { state, steps } = apply(make({ run }), until)
      const now = until.at(-1)!.at
      const [history, joined] = [new View(), new View()]
      history.takeChanges(steps.flatMap(({ records }) => records), now)
      joined.takeChanges(snapshot(state), now)
      expect(shownBy(joined, now)).toEqual(shownBy(history, now))
      compared += history.book.games.size
    }
  })
  expect(compared).toBeGreaterThan(50)
})

it("shows, group by group, what a view shows that reads everything at once", () => {
  forLives((life) => {
    const view = new View()
    const all: Array<Change | Control> = []
    let groups = 0
    life.play((group, now) => {
      view.takeChanges(group, now)
      all.push(...group)
      if (++groups % 20 !== 0) return
      const rebuilt = new View()
      rebuilt.takeChanges(all, now)
      expect(shownBy(view, now)).toEqual(shownBy(rebuilt, now))
    })
  }, 2)
})

it("holds nothing of games that are closed", () => {
  forLives((life) => {
    const view = new View()
    let last: Change | Control | undefined
    life.play((group, now) => {
      view.takeChanges(group, now)
      last = group.at(-1)
    })
    const stamp = { run, seq: 1, session: "main", epoch: 1, at: last!.at, sent_at: null, frame: 1 }
    for (const { lines: _, partial, verified: _v, ...game } of view.book.games.values()) {
      view.takeChanges([{ change: "game_closed", ...stamp, ...game, partial, cause: "feed", last: true }], 0)
    }
    expect(view.markets).toEqual([])
    expect(allGroups(view, 0)).toEqual([])
  }, 3)
})
