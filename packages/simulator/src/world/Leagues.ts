/** The leagues and tournaments of the simulated world, and who plays in them. */

/** How a sport is bet on. */
export type SportKind = "baseball" | "basketball" | "football" | "hockey" | "soccer" | "tennis" | "fighting"

/** A "sport" in the feed's sense: a league or a tournament. */
export interface League {
  /** The name on the wire. */
  readonly sport: string
  readonly kind: SportKind
  /** Teams, or players and fighters. */
  readonly sides: ReadonlyArray<string>
  /** Share of all games. */
  readonly weight: number
  /** The usual total (runs, points, goals, sets, rounds). */
  readonly total: number
}

/** Leagues that have games. The names are those of the real feed's catalog; who meets whom is made up. */
export const leagues: ReadonlyArray<League> = [
  {
    sport: "MLB",
    kind: "baseball",
    weight: 10,
    total: 8.5,
    sides: [
      "San Francisco Giants",
      "Philadelphia Phillies",
      "Boston Red Sox",
      "Tampa Bay Rays",
      "Seattle Mariners",
      "Texas Rangers",
      "Atlanta Braves",
      "New York Mets",
      "Oakland Athletics",
      "Washington Nationals",
      "Cleveland Guardians",
      "Pittsburgh Pirates",
      "Arizona Diamondbacks",
      "St Louis Cardinals",
    ],
  },
  {
    sport: "NBA",
    kind: "basketball",
    weight: 7,
    total: 224.5,
    sides: [
      "Miami Heat",
      "Boston Celtics",
      "Los Angeles Lakers",
      "Golden State Warriors",
      "Denver Nuggets",
      "Phoenix Suns",
      "Milwaukee Bucks",
      "Chicago Bulls",
      "Dallas Mavericks",
      "New York Knicks",
    ],
  },
  {
    sport: "NFL",
    kind: "football",
    weight: 5,
    total: 45.5,
    sides: [
      "Chicago Bears",
      "Minnesota Vikings",
      "Cincinnati Bengals",
      "Jacksonville Jaguars",
      "Green Bay Packers",
      "Detroit Lions",
      "Buffalo Bills",
      "Kansas City Chiefs",
    ],
  },
  {
    sport: "NHL",
    kind: "hockey",
    weight: 4,
    total: 6,
    sides: [
      "Toronto Maple Leafs",
      "Montreal Canadiens",
      "Boston Bruins",
      "Edmonton Oilers",
      "Calgary Flames",
      "New York Rangers",
    ],
  },
  {
    sport: "EPL",
    kind: "soccer",
    weight: 5,
    total: 2.5,
    sides: ["Arsenal", "Chelsea", "Liverpool", "Everton", "Fulham", "Aston Villa", "Brighton & Hove Albion", "Wolves"],
  },
  {
    sport: "Brazil Serie A",
    kind: "soccer",
    weight: 3,
    total: 2.5,
    sides: ["Corinthians", "Bragantino", "Flamengo", "Grêmio", "São Paulo", "Palmeiras"],
  },
  {
    sport: "Wimbledon (M)",
    kind: "tennis",
    weight: 2,
    total: 3.5,
    sides: ["Pierre Antoine Faut", "Leo Raquillet", "Damien Wenger", "Maxime Chazal", "Tomás Ibarra", "Jakub Novotný"],
  },
  {
    sport: "Challenger Biella",
    kind: "tennis",
    weight: 2,
    total: 2.5,
    sides: ["Marco Bellini", "Andrej Kovač", "Luis O'Connor", "Jean-Luc Petit"],
  },
  {
    sport: "UFC",
    kind: "fighting",
    weight: 2,
    total: 2.5,
    sides: ["Danny Voss", "Rafa Monteiro", "Ilya Sokolov", "Pete Hargrave", "Kenji Arai", "Sam Okafor"],
  },
]

/** Names that the catalog lists although nothing is on: subscribing to one of them alone brings only pings. */
export const idleSports: ReadonlyArray<string> = [
  "NCAAF",
  "NCAAB",
  "WNBA",
  "La Liga",
  "US Open (M)",
  "US Open (F)",
  "Wimbledon (F)",
]

/** Players for props: made up, dealt out by the seed. */
export const playerNames: ReadonlyArray<string> = [
  "D.J. Marlow",
  "Justin Okoye",
  "Marcus Bell",
  "Teo Alvarez",
  "Ken O'Neill",
  "Andre Whitlock",
  "Luka Jurić",
  "Sam St. Clair",
  "Caleb Moss",
  "Ronan Price",
  "Isaiah Crowe",
  "Mateo Rivas",
  "Will Harmon Jr.",
  "Dmitri Volkov",
  "Owen Tate",
  "Jamal Frost",
]
