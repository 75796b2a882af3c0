/** The help of the board: what the marks mean, and what the keys do. */

/** At most 58 columns wide. */
export const helpLines: ReadonlyArray<string> = [
  "+134     live: quoted now. In reverse: the best live price",
  "+134\u25b2    pays more than before, under 5 s; \u25b3 under 1 min",
  "+134\u25bc    pays less than before, under 5 s; \u25bd under 1 min",
  "?+134    not live: what was last known, and may be wrong",
  "susp     suspended     \u00b7 not offered",
  "+134*    only part of the game is known: never the best",
  "\u2260+134    never the best: another start, flipped, or torn",
  "\u2248        synthetic: no bets are taken at it, never the best",
  "best     before fees; +1: one more has it; \u2013 none is live",
  "12s      since its last change; ~ quiet, ! not live",
  "o8.5     over, beside the home team; u8.5: under",
  "",
  "1-6 Tab  view          \u2191\u2193 g  row       \u2190\u2192  sportsbooks",
  "m M      market        f     odds      s   by move, hold",
  "Enter    all lines     /     filter    b   which are shown",
  "space    freeze        t     UTC       c   colors",
  "Ctrl-L   redraw        ^Z    stop      q   quit",
]
