/** How long silence is normal. The feed sends something, a ping at least, every 15 to 20 seconds. */

/** Without any frame for this long a session counts as silent, and nothing of it as live. In milliseconds. */
export const silentMillis = 25_000

/** Without any frame for this long a connection counts as dead, and is replaced. In milliseconds. */
export const deadMillis = 45_000
