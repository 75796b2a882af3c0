/** The source `nats`: the records that another pipeline writes to NATS JetStream. */
import type { SourcePlugin } from "@boltodds/config"
import { natsConfigProblems, natsHosts, NatsReaderConfig, natsReaderOptions } from "@boltodds/nats/options"
import type { PartsHost } from "../PartsHost.ts"
import { serverSource, sinceProblems } from "./serverSource.ts"

/** NATS JetStream. The client of NATS is loaded when the source is opened. */
export const natsSource = ({ guards }: Pick<PartsHost, "guards">): SourcePlugin<NatsReaderConfig> =>
  serverSource({
    name: "nats",
    about: "The records that another pipeline writes to NATS JetStream: the whole book, then what changes.",
    config: NatsReaderConfig,
    problems: (written) => [
      ...natsConfigProblems(written).map((problem) => ({ ...problem, part: "value" as const })),
      ...sinceProblems(written),
    ],
    guard: guards?.nats,
    hosts: ({ servers = "nats://127.0.0.1:4222" }) => natsHosts(servers),
    sends: ["user", "client_name"],
    what: ({ name = "boltodds" }) => name,
    load: async () => {
      const { natsReaderCheck, natsRecords } = await import("@boltodds/nats")
      return {
        records: (options, open) => natsRecords({ ...natsReaderOptions(options, Date.now()), ...open }),
        check: (options) => natsReaderCheck(natsReaderOptions(options, Date.now())),
      }
    },
  })
