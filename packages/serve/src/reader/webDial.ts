/** Dials with the WebSocket of the runtime: in browsers, Deno, Bun and Node. */
import type { ServeDial } from "./ServeDial.ts"

/** The parts of the interface that are used (WHATWG WebSockets Standard). */
interface WebSocketLike {
  readonly close: () => void
  readonly addEventListener: (
    type: "open" | "message" | "close",
    listener: (event: { readonly data?: unknown; readonly code?: number; readonly reason?: string }) => void,
    options: { readonly signal: AbortSignal },
  ) => void
}

/**
 * Dials with the `WebSocket` of the runtime. The token goes into the address, since pages can set no header. It cannot pause,
 * and does not see why a server refuses.
 */
export const webDial: ServeDial = (address, token, events) => {
  const { WebSocket } = globalThis as unknown as { readonly WebSocket: new (url: string) => WebSocketLike }
  const url = new URL(address)
  if (token !== undefined) url.searchParams.set("token", token)
  const controller = new AbortController()
  const { signal } = controller
  const socket = new WebSocket(url.href)
  socket.addEventListener("open", () => events.open(), { signal })
  socket.addEventListener("message", ({ data }) => events.message(String(data)), { signal })
  socket.addEventListener("close", ({ code = 1006, reason = "" }) => {
    controller.abort()
    events.end({ why: endText(code, reason) })
  }, { signal })
  return {
    close: () => {
      controller.abort()
      socket.close()
    },
  }
}

/** How a connection ended, in one line. */
export const endText = (code: number, reason: string): string =>
  // Deno gives 0 instead of 1006.
  code === 1006 || code === 0
    ? "the connection broke, or the server refused it"
    : `the server closed the connection (${code}${reason === "" ? "" : `: ${reason}`})`
