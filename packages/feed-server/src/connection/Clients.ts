/** The connected clients of a server, and conditions that wait for them. */
import type { ConnectionTarget } from "../ServedFeed.ts"
import type { ServerClient } from "./ServerClient.ts"

/** The connected clients, oldest first. */
export class Clients {
  readonly #clients = new Map<number, ServerClient>()
  readonly #waiting = new Set<() => boolean>()

  add(client: ServerClient): void {
    this.#clients.set(client.id, client)
  }

  delete(client: ServerClient): void {
    this.#clients.delete(client.id)
  }

  get(id: number): ServerClient | undefined {
    return this.#clients.get(id)
  }

  get size(): number {
    return this.#clients.size
  }

  all(): ReadonlyArray<ServerClient> {
    return [...this.#clients.values()]
  }

  /** The clients that the stream goes to. */
  live(): ReadonlyArray<ServerClient> {
    return this.all().filter((client) => client.live && client.isOpen)
  }

  /** The open connections that a call is for. */
  targets({ connection }: ConnectionTarget): ReadonlyArray<ServerClient> {
    return this.all().filter((client) => client.isOpen && (connection === undefined || connection === client.id))
  }

  /** The connections with this key. */
  countOf(key: string): number {
    return this.all().filter((client) => client.key === key).length
  }

  /** Whether a client that no hook holds back has more than this unsent. */
  hasBacklogOver(bytes: number): boolean {
    for (const client of this.#clients.values()) if (!client.isHindered && client.backlogBytes > bytes) return true
    return false
  }

  /** Resolves when the condition holds; evaluated now and at each {@link Clients.changed}. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const waiter = (): boolean => {
        try {
          if (!condition()) return false
        } catch (error) {
          reject(error)
          return true
        }
        resolve()
        return true
      }
      this.#waiting.add(waiter)
    })
  }

  /** Evaluates the conditions of {@link Clients.until} again. */
  changed(): void {
    for (const waiter of this.#waiting) if (waiter()) this.#waiting.delete(waiter)
  }
}
