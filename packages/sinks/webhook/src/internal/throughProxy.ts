/** Connections to a receiver through an HTTP proxy. */
import { openTunnel, type Proxy, ProxyError, socketThrough } from "@boltodds/machine"
import type { LookupAddress } from "node:dns"
import * as http from "node:http"
import * as https from "node:https"
import { isIP, type LookupFunction, type Socket } from "node:net"
import { refusalOf } from "./Address.ts"
import { WebhookAddressRefused } from "../WebhookError.ts"

/** What leads to the receiver. */
export interface ThroughProxy {
  /** Or why it cannot be used: then nothing is connected to, and nothing goes straight. */
  readonly proxy: Proxy | ProxyError
  /** The webhook's URL. */
  readonly url: URL
  /** Without the brackets of an IPv6 address. */
  readonly host: string
  readonly port: number
  readonly timeoutMillis: number
  /**
   * Resolves the host to addresses that are allowed. The proxy is asked for the address, so it cannot be led elsewhere
   * by an answer of DNS that nobody judged. Undefined: the proxy is given the name, and resolves it by itself.
   */
  readonly lookup: LookupFunction | undefined
  readonly ca: string | undefined
}

type Done = (error: Error | null, socket?: Socket) => void

/** An agent whose connections go through the proxy; certificates are checked against the receiver's own name. */
export const proxyAgent = (through: ThroughProxy, pool: http.AgentOptions): http.Agent => {
  const agent = through.url.protocol === "https:" ? new https.Agent(pool) : new http.Agent(pool)
  const open = new Set<() => void>()
  // Node takes the socket from the callback, whenever that is called; its types know only a socket that is returned.
  agent.createConnection = ((_options: unknown, done: Done) => {
    const giveUp = connect(through, (result) => {
      open.delete(giveUp)
      if (result instanceof Error) done(result)
      else done(null, socketThrough(result, through.url, { ca: through.ca }))
    })
    open.add(giveUp)
    return undefined
  }) as unknown as typeof agent.createConnection
  const destroy = agent.destroy.bind(agent)
  // The agent does not know of sockets that it has not got yet.
  agent.destroy = () => {
    for (const giveUp of open) giveUp()
    destroy()
  }
  return agent
}

/** One address after another, until the proxy connects to one. Calls back later; returns what gives up. */
const connect = (through: ThroughProxy, done: (result: Socket | Error) => void): () => void => {
  const { proxy, port, timeoutMillis } = through
  let leave: (() => void) | undefined
  let isOver = false
  const finish = (result: Socket | Error): void => {
    isOver = true
    done(result)
  }
  setImmediate(() => {
    if (isOver) return
    if (proxy instanceof ProxyError) return finish(proxy)
    targetsOf(through, (targets) => {
      if (isOver) return
      if (targets instanceof Error) return finish(targets)
      const attempt = (index: number): void => {
        leave = openTunnel(proxy, { host: targets[index]!, port }, { timeoutMillis }, (result) => {
          // Another address helps only where the proxy itself works, and does not reach this one.
          const mayHelp = result instanceof ProxyError && (result.status ?? 0) >= 500 && index + 1 < targets.length
          if (mayHelp) attempt(index + 1)
          else finish(result)
        })
      }
      attempt(0)
    })
  })
  return () => {
    isOver = true
    leave?.()
  }
}

const targetsOf = (
  { host, lookup }: ThroughProxy,
  done: (targets: readonly [string, ...Array<string>] | Error) => void,
): void => {
  if (lookup === undefined || isIP(host) !== 0) {
    // One written in the URL was judged with the options; judged again, since this is the door.
    const refusal = lookup === undefined ? undefined : refusalOf(host)
    return done(refusal === undefined ? [host] : new WebhookAddressRefused(host, [host], refusal))
  }
  lookup(host, { all: true }, (error, found) => {
    if (error !== null) return done(error)
    const addresses = typeof found === "string"
      ? [found]
      : (found as ReadonlyArray<LookupAddress>).map(({ address }) => address)
    const [first, ...others] = addresses
    done(
      first === undefined
        ? Object.assign(new Error(`no address of ${host}`), { code: "ENOTFOUND" })
        : [first, ...others],
    )
  })
}
