/** The words that the project does not use, and what it says instead. The table at the end of the glossary lists them. */

/** One row: a thing that has its word, and other words for it that are rejected. */
export interface WordRule {
  /** What to write, as the glossary has it. */
  readonly say: string
  /** Examples of what is rejected, as the glossary has them. */
  readonly not: ReadonlyArray<string>
  /** Finds each of them in prose. Spaces are `\s+`, because a phrase may go on in the next line. */
  readonly pattern: RegExp
  readonly reason: string
}

/** Makes a pattern of whole words; a part of a name (`BOLTODDS_X`, `x-y`, `x.y`) is no word. */
const words = (source: string): RegExp => new RegExp(String.raw`(?<![\w$@/.-])(?:${source})(?![\w$]|[-./]\w)`, "giu")

export const wordRules: ReadonlyArray<WordRule> = [
  {
    say: "emit, report, log, show, write, distinguish",
    not: ["tell", "tells", "telling", "told", "untold", "retell", "retelling"],
    pattern: words(String.raw`(?:re)?tell(?:s|ing|ings|er|ers)?|(?:re|un)?told`),
    reason: "a record is emitted, a count reported, a line logged",
  },
  {
    say: "unverified, invalidate",
    not: ["doubt", "doubts", "in doubt", "doubted", "doubtful", "disbelieve", "disbelieved"],
    pattern: words(String.raw`(?:in\s+)?doubt(?:s|ed|ing|ful|fully)?|disbelie(?:f|ve|ves|ved|ving)`),
    reason: "the state of what is no longer known to hold has one name",
  },
  {
    say: "late arrival",
    not: ["straggler", "stragglers"],
    pattern: words("stragglers?"),
    reason: "a message older than the removal it follows",
  },
  {
    say: "block timeout (of a lane), time-out, limit",
    not: ["patience", "patient"],
    pattern: words("(?:im)?patien(?:ce|t|tly)"),
    reason: "settings are named by what they limit",
  },
  {
    say: "circuit breaker",
    not: ["strikes", "struck"],
    pattern: words("strikes|struck"),
    reason: "the name that the field uses",
  },
  {
    say: "in flight, running, started",
    not: ["under way", "underway"],
    pattern: words(String.raw`under\s+way|underway`),
    reason: "a batch that the sink has and has not answered is in flight",
  },
  {
    say: "requeue, return",
    not: ["give back", "gives back", "given back", "gave back", "giving back"],
    pattern: words(String.raw`(?:gives?|given|gave|giving)\s+(?:it\s+|them\s+)?back`),
    reason: "a batch that failed is requeued",
  },
  {
    say: "dead-letter",
    not: ["bury", "buries", "buried", "burying"],
    pattern: words("bur(?:y|ies|ied|ying)"),
    reason: "a record that its destination will never take is dead-lettered",
  },
  {
    say: "after, late, beyond; of a reader: lags behind, falls behind",
    not: ["behind"],
    pattern: words(
      String
        .raw`(?<!\b(?:falls?|fell|fallen|falling|lags?|lagged|lagging)\s+(?:(?:too\s+)?far\s+|further\s+)?)behind(?!\s+(?:an?|the|its|their)\s+(?:[\w-]+\s+)?(?:proxy|proxies|firewall|nat|gateway|balancer)\b)`,
    ),
    reason: "later in an order is after",
  },
  {
    say: "record, change, message",
    not: ["news"],
    pattern: words("news"),
    reason: "what leaves the pipeline is a record",
  },
  {
    say: "resnapshot, catch up (as a verb)",
    not: ["catch-up", "catchup"],
    pattern: /(?<![\w$@/.-])catch-?ups?(?![\w$]|[-./]\w)/giu,
    reason: "the whole book sent again has one name",
  },
  {
    say: "sportsbooks; states, copies",
    not: ["books", "per book", "each book", "every book"],
    pattern: words(String.raw`books|(?:per|each|every)\s+book`),
    reason: "a book is the whole current state; DraftKings is a sportsbook",
  },
  {
    say: "received, read, seen",
    not: ["hear", "hears", "heard", "unheard"],
    pattern: words("(?:un)?heard|hears?|hearing"),
    reason: "software receives and reads",
  },
  {
    say: "must, pending, due",
    not: ["owe", "owes", "owed", "owing"],
    pattern: words(String.raw`ow(?:e|es|ed)|owing(?!\s+to\b)`),
    reason: "software has no debts",
  },
  {
    say: "not, invalid, does not exist",
    not: ["is none", "are none", "was none", "that is none"],
    pattern: words(String.raw`(?<!\b(?:there|here)\s+)(?:is|are|was|were)\s+none(?!\s+(?:yet|left|so)\b)`),
    reason: "a riddle: say what it is",
  },
  {
    say: "any, a caller that, the process that",
    not: ["whoever", "whosoever", "one who", "those who"],
    pattern: words(String.raw`who(?:so)?ever|(?:one|those|ones)\s+who`),
    reason: "callers and readers are things",
  },
  {
    say: "it, the reader, the caller",
    not: ["he", "him", "his", "himself", "she", "her", "hers", "herself"],
    pattern: words("he|him|his|himself|she|her|hers|herself"),
    reason: "callers and readers are things",
  },
  {
    say: "so to speak (or nothing); whether it is",
    not: ["as it were", "be it"],
    pattern: words(String.raw`as\s+it\s+were|be\s+it`),
    reason: "not plain English",
  },
]

/** A place where a rejected word stays, with the reason. */
export interface AllowedWords {
  /** The file, from the root. */
  readonly path: string
  /** The words around it, exactly as they are there. */
  readonly text: string
  readonly reason: string
}

/** The vendor's own words in quoted data, and public names kept for compatibility. */
export const allowedWords: ReadonlyArray<AllowedWords> = [
  ...[
    ["apps/pipe/src/commands/doctor/command.ts", '.check == "books"'],
    ["apps/pipe/test/doctor.test.ts", '"ok books"'],
    ["apps/pipe/test/doctor.test.ts", '"skipped books"'],
    ["apps/pipe/test/doctor.test.ts", "Also: books: 3"],
  ].map(([path, text]) => ({ path: path!, text: text!, reason: "the public name of a check" })),
  { path: "packages/simulator/test/healing.test.ts", text: "books=2", reason: "the public name of a parameter" },
  { path: "packages/connection/test/shards/makeShards.test.ts", text: "b Heard 11500", reason: "the name of an event" },
  { path: "packages/connection/test/mutants.ts", text: "behind: undefined", reason: "a name of code in a quoted line" },
]
