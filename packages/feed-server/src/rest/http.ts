/** Answering HTTP: REST requests, and dials that are refused. */
import type { IncomingMessage, ServerResponse } from "node:http"
import { STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"
import type { RestAnswer } from "../hooks.ts"
import type { GameListing } from "./GameListing.ts"

/** A JSON answer. */
const json = (body: unknown): RestAnswer => ({
  status: 200,
  body: JSON.stringify(body),
  headers: { "Content-Type": "application/json" },
})

const headersOf = (answer: RestAnswer): Record<string, string> => ({
  "Content-Type": "text/plain; charset=utf-8",
  "Content-Length": String(Buffer.byteLength(bodyOf(answer))),
  ...answer.headers,
})

const bodyOf = (answer: RestAnswer): string => answer.body ?? STATUS_CODES[answer.status] ?? ""

/** Answers a request. */
export const respond = (response: ServerResponse, answer: RestAnswer): void => {
  response.writeHead(answer.status, headersOf(answer))
  response.end(bodyOf(answer))
}

/** Answers an upgrade with something else than an upgrade, and closes. */
export const refuseUpgrade = (socket: Duplex, answer: RestAnswer): void => {
  const head = [
    `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ""}`,
    "Connection: close",
    ...Object.entries(headersOf(answer)).map(([name, value]) => `${name}: ${value}`),
  ]
  socket.end(`${head.join("\r\n")}\r\n\r\n${bodyOf(answer)}`)
}

/** The answer of a REST endpoint, or undefined where there is none at this path. */
export const restAnswer = (
  path: string,
  query: URLSearchParams,
  catalog: () => GameListing,
): RestAnswer | undefined => {
  switch (path) {
    case "/api/get_info":
      return json(catalog().info())
    case "/api/get_games":
      return json(catalog().listGames())
    case "/api/get_markets":
      return json(catalog().listMarkets(listed(query, "sports"), listed(query, "sportsbooks")))
  }
  return undefined
}

/** A comma-separated parameter; undefined where it is absent or empty: no restriction. */
const listed = (query: URLSearchParams, name: string): ReadonlySet<string> | undefined => {
  const value = query.get(name)
  return value === null || value === "" ? undefined : new Set(value.split(",").map((one) => one.trim()))
}

/** The path of a request, without a slash at its end, and its query. */
export const requestTarget = (request: IncomingMessage): { readonly path: string; readonly query: URLSearchParams } => {
  const url = request.url ?? ""
  const mark = url.indexOf("?")
  const path = mark === -1 ? url : url.slice(0, mark)
  const query = new URLSearchParams(mark === -1 ? "" : url.slice(mark))
  return { path: path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path, query }
}
