/** The time zone of this machine. */

/** Its name, `UTC` where it has none. */
export const localZone = (): string => {
  const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: undefined }).resolvedOptions()
  return timeZone === "" ? "UTC" : timeZone
}
