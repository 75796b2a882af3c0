/** Every game at every sportsbook: which are shown, and which wait to be shown. */
import type { Random } from "../Random.ts"
import type { Fixture } from "./Fixture.ts"
import { Offer } from "./Offer.ts"
import type { Sportsbook } from "./Sportsbooks.ts"

/** The offers of a world. */
export class Offers {
  readonly #random: Random
  readonly #books: ReadonlyArray<Sportsbook>
  /** The offers that can be picked: a clone's are reached through its twin. */
  #list: Array<Offer> = []
  readonly #pinned: Array<Offer> = []
  /** Offers to be published, possibly again: cleared, removed, or new. */
  readonly #returning: Array<Offer> = []

  constructor(random: Random, books: ReadonlyArray<Sportsbook>) {
    this.#random = random
    this.#books = books
  }

  /** Every offer that is shown, clones included. */
  get shown(): ReadonlyArray<Offer> {
    return this.#list.flatMap(shownOf)
  }

  /** The offers of a game, without clones. */
  of(fixture: Fixture): ReadonlyArray<Offer> {
    return this.#list.filter((offer) => offer.fixture === fixture)
  }

  /** Offers a new game at the sportsbooks that cover it, all of them shown. */
  add(fixture: Fixture): void {
    const clones = new Set(this.#books.flatMap((book) => book.clone ?? []))
    const before = this.#list.length
    for (const book of this.#books) {
      // A clone is added with its twin; alone if the twin was left out.
      if (clones.has(book.name) && this.#books.some((other) => other.clone === book.name)) continue
      if (!fixture.pinned && !this.#random.chance(book.coverage)) continue
      this.#addAt(book, fixture)
    }
    if (this.#list.length === before) this.#addAt(this.#books.find((book) => !clones.has(book.name))!, fixture)
  }

  /** Takes a game out of the world. */
  delete(fixture: Fixture): void {
    this.#list = this.#list.filter((offer) => offer.fixture !== fixture)
    for (let index = this.#returning.length - 1; index >= 0; index--) {
      if (this.#returning[index]!.fixture === fixture) this.#returning.splice(index, 1)
    }
  }

  /** Offers are no longer shown; they return one by one. */
  takeDown(offers: ReadonlyArray<Offer>): void {
    for (const offer of offers) {
      offer.open = false
      this.#returning.push(offer)
    }
  }

  /** Whether an offer waits to be shown. */
  get isReturning(): boolean {
    return this.#returning.length > 0
  }

  /** The next offer that waits is shown. */
  publish(): Offer {
    const offer = this.#returning.shift()
    // Impossible while there is a game: an offer that is taken down waits to return.
    if (offer === undefined) throw new Error("The simulated world has no game left")
    offer.open = true
    return offer
  }

  /** An offer that is shown, pinned ones more often; undefined if none is. Others than favored ones are picked less. */
  pick(isFavored: (offer: Offer) => boolean): Offer | undefined {
    if (this.#pinned.length > 0 && this.#random.chance(0.1)) {
      const offer = this.#random.pick(this.#pinned)
      if (offer.open) return offer
    }
    for (let attempt = 0; attempt < 50; attempt++) {
      const offer = this.#random.pick(this.#list)
      if (offer.open && (isFavored(offer) || this.#random.chance(0.4))) return offer
    }
    return this.#list.find((offer) => offer.open)
  }

  #addAt(book: Sportsbook, fixture: Fixture): void {
    const offer = new Offer(book, fixture, this.#random)
    const twin = this.#books.find((other) => other.name === book.clone)
    if (twin !== undefined) offer.clone = new Offer(twin, fixture, this.#random, offer)
    this.#list.push(offer)
    if (fixture.pinned) this.#pinned.push(offer)
  }
}

/** An offer and its clone's. */
export const withClone = (offer: Offer): ReadonlyArray<Offer> =>
  offer.clone === undefined ? [offer] : [offer, offer.clone]

/** Those of an offer and its clone's that are shown: a clear takes one of the two down. */
export const shownOf = (offer: Offer): ReadonlyArray<Offer> => withClone(offer).filter((one) => one.open)
