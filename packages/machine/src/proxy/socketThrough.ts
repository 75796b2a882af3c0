/** What is spoken inside a tunnel: TLS with the host behind the proxy, or nothing more. */
import * as net from "node:net"
import * as tls from "node:tls"
import type { TunnelTarget } from "./openTunnel.ts"

/** Host and port of an address, as CONNECT names them. */
export const targetOf = (address: URL): TunnelTarget => {
  const secure = address.protocol === "https:" || address.protocol === "wss:"
  return {
    host: address.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: address.port === "" ? (secure ? 443 : 80) : Number(address.port),
  }
}

/** The socket to speak HTTP on; its certificate is checked against the host of the address. */
export const socketThrough = (
  tunnel: net.Socket,
  address: URL,
  options: { readonly ca?: string | undefined } = {},
): net.Socket => {
  if (address.protocol !== "https:" && address.protocol !== "wss:") return tunnel
  const { host } = targetOf(address)
  return tls.connect({
    socket: tunnel,
    host,
    ...(net.isIP(host) === 0 ? { servername: host } : {}),
    ALPNProtocols: ["http/1.1"],
    rejectUnauthorized: true,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  })
}
