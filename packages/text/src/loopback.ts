/** Which hosts are this machine itself. */

/**
 * Whether a host is a loopback address or `localhost`: `127.0.0.0/8`, `::1` with or without brackets, IPv4 in IPv6, each with
 * or without a port. Judged by the text alone. Names below `.localhost` do not count: a name server may answer for them.
 */
export const isLoopbackHost = (host: string): boolean => {
  const name = /^\[([^\]]*)\](?::\d+)?$/.exec(host)?.[1] ?? host.replace(/^([^:]*):\d+$/, "$1")
  return /^localhost\.?$/i.test(name) || /^127(\.\d{1,3}){3}$/.test(name) || /^(0{0,4}:){2,7}0{0,3}1$/.test(name) ||
    /^::ffff:(127(\.\d{1,3}){3}|7f[0-9a-f]{2}:[0-9a-f]{1,4})$/i.test(name)
}
