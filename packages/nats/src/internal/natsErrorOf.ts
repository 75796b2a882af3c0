/** What went wrong with a server, in the words of this package. */
import { NatsError } from "../NatsError.ts"

/** The failure as a {@link NatsError}. `what` is what failed: `Cannot read odds_latest`. */
export const natsErrorOf = (cause: unknown, what: string): NatsError => {
  if (cause instanceof NatsError) return cause
  const why = reasonOf(cause)
  if (/jetstream.*not enabled|no responders/i.test(why)) {
    return new NatsError(
      "no-jetstream",
      `${what}: NATS runs without JetStream. Start the server with -js, or enable JetStream for this account.`,
      { cause },
    )
  }
  if (/permissions? violation/i.test(why)) {
    return new NatsError("refused", `${what}: NATS does not permit it: ${why}. Extend the permissions of this user.`, {
      cause,
    })
  }
  return new NatsError("unreachable", `${what}: NATS does not answer: ${why}. It is tried again.`, { cause })
}

/** Why something failed, in one line. */
const reasonOf = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause)
