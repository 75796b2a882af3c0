/** Putting words into the server's mouth. */
import type { FeedMessage } from "@boltodds/protocol"
import { toBytes } from "./Frames.ts"
import type { Server } from "./Server.ts"
import type { PushFrameOptions, PushOptions } from "./Simulator.ts"

/** See `Simulator.publish`. */
export const publish = (server: Server, messages: ReadonlyArray<FeedMessage>): void => {
  for (const message of messages) server.book.apply(message)
  server.tell(messages.map((message) => ({ message, text: undefined })))
}

/** See `Simulator.push`. */
export const push = (server: Server, messages: ReadonlyArray<FeedMessage>, options: PushOptions): void => {
  if (options.track !== false) { for (const message of messages) server.ownBook.apply(message) }
  const texts = messages.map((message) => JSON.stringify(message))
  const frames = options.as === "objects" ? texts : [`[${texts.join(",")}]`]
  for (const client of server.targets(options)) {
    server.stats.messagesSent += messages.length
    for (const frame of frames) client.frame("pushed", server.host.binary === true ? toBytes(frame) : frame)
  }
  server.waiters.check()
}

/** See `Simulator.pushFrame`. */
export const pushFrame = (server: Server, frame: string | Uint8Array, options: PushFrameOptions): void => {
  if (options.track === true) server.book.applyFrame(frame)
  for (const client of server.targets(options)) client.frame("pushed", frame)
  server.waiters.check()
}
