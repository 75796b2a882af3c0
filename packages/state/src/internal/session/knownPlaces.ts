/** Which known sportsbooks and games a message may be about that is not understood. */
import type { Mentions, Scope } from "@boltodds/protocol"
import type { SportsbookEntry } from "../model.ts"
import type { SessionState } from "./SessionState.ts"

/** What a message may be about. */
export interface Places {
  /** Scopes of which something is known. `{}` is the session. */
  readonly known: ReadonlyArray<Scope>
  /** What it names for certain, though nothing of it is known: only to be reported. */
  readonly named: { readonly sportsbook: string; readonly game?: string } | undefined
}

/** More games of one sportsbook than this are reported as the sportsbook. */
const mostGames = 32

/**
 * The names of the session that the message holds, wherever they stand in it.
 *
 * A known sportsbook: the games of it that are named, or all of it where no game is. No known sportsbook: the known games
 * that are named, at every sportsbook. Nothing known, and it looks like prices: the session, unless its own fields name
 * a sportsbook that is not known.
 */
export const knownPlaces = (session: SessionState, mentions: Mentions): Places => {
  if (session.sportsbooks.size === 0) return { known: [], named: namedPlace(mentions) }
  const loose = new LooseNames(mentions.texts)
  const known: Array<Scope> = []
  let named: Places["named"]
  for (const entry of session.sportsbooks.values()) {
    if (!mentions.texts.has(entry.sportsbook) && !loose.has(entry.sportsbook)) continue
    const games = gamesIn(entry, mentions, loose)
    if (games.length > 0) known.push(...scopesOf(entry, games))
    // A game that is not known has no lines to be wrong about.
    else if (mentions.games.size > 0) named = { sportsbook: entry.sportsbook, game: first(mentions.games)! }
    else known.push({ sportsbook: entry.sportsbook })
  }
  if (known.length > 0 || named !== undefined) return { known, named }
  if (mentions.sportsbooks.size > 0) return { known, named: namedPlace(mentions) }
  for (const entry of session.sportsbooks.values()) known.push(...scopesOf(entry, gamesIn(entry, mentions, loose)))
  if (known.length > 0) return { known, named }
  return { known: mentions.hasPrices || mentions.isOpaque ? [{}] : [], named }
}

/** A scope that is named for certain, as one of which something is known or not. */
export const placesOf = (session: SessionState, { sportsbook, game }: Scope): Places => {
  if (sportsbook === undefined) return { known: [{}], named: undefined }
  const named = game === undefined ? { sportsbook } : { sportsbook, game }
  const exact = session.sportsbooks.get(sportsbook)
  const entry = exact ??
    [...session.sportsbooks.values()].find((other) => looseName(other.sportsbook) === looseName(sportsbook))
  if (entry === undefined) return { known: [], named }
  if (game === undefined) return { known: [{ sportsbook: entry.sportsbook }], named: undefined }
  if (entry.games.has(game)) return { known: [{ sportsbook: entry.sportsbook, game }], named: undefined }
  const key = [...entry.games.keys()].find((other) => looseName(other) === looseName(game))
  if (key !== undefined) return { known: [{ sportsbook: entry.sportsbook, game: key }], named: undefined }
  return { known: [], named: { sportsbook: entry.sportsbook, game } }
}

const namedPlace = ({ sportsbooks, games }: Mentions): Places["named"] => {
  const sportsbook = first(sportsbooks)
  const game = first(games)
  return sportsbook === undefined ? undefined : game === undefined ? { sportsbook } : { sportsbook, game }
}

const scopesOf = ({ sportsbook }: SportsbookEntry, games: ReadonlyArray<string>): ReadonlyArray<Scope> =>
  games.length > mostGames ? [{ sportsbook }] : games.map((game) => ({ sportsbook, game }))

/** Its games that are named: by key, by universal id, or else by a key that is written a little otherwise. */
const gamesIn = (entry: SportsbookEntry, { texts }: Mentions, loose: LooseNames): ReadonlyArray<string> => {
  const found = new Set<string>()
  const take = (text: string): void => {
    if (entry.games.has(text)) found.add(text)
    for (const key of entry.byId.keys.get(text) ?? none) found.add(key)
  }
  // Whichever is shorter is walked.
  if (texts.size <= 4 * entry.games.size) { for (const text of texts) take(text) }
  else {
    for (const key of entry.games.keys()) if (texts.has(key)) found.add(key)
    for (const id of entry.byId.keys.keys()) if (texts.has(id)) take(id)
  }
  for (const key of entry.games.keys()) if (!found.has(key) && loose.has(key)) found.add(key)
  return [...found]
}

const none: ReadonlyArray<string> = []

/** The texts of a message in one form: case, Unicode form, blanks and hyphens apart. Made when first asked for. */
class LooseNames {
  readonly #texts: ReadonlySet<string>
  #names: Set<string> | undefined

  constructor(texts: ReadonlySet<string>) {
    this.#texts = texts
    this.#names = undefined
  }

  has(name: string): boolean {
    if (this.#names === undefined) {
      this.#names = new Set()
      for (const text of this.#texts) this.#names.add(looseName(text))
    }
    return this.#names.has(looseName(name))
  }
}

const looseNames = new Map<string, string>()
/** The forms of names are asked for again and again; the map starts over when full. */
const mostLooseNames = 20_000
/** Longer names are not remembered. */
const longestKept = 200

const looseName = (name: string): string => {
  let loose = looseNames.get(name)
  if (loose === undefined) {
    loose = name.normalize("NFKC").toLowerCase().replaceAll(/[\s_\-\u2010-\u2015]+/g, "")
    if (name.length > longestKept) return loose
    if (looseNames.size >= mostLooseNames) looseNames.clear()
    looseNames.set(name, loose)
  }
  return loose
}

const first = (names: ReadonlySet<string>): string | undefined => names.values().next().value
