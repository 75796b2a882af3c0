/** Why a consumer of a shared source was cut off. */

/**
 * A consumer was too slow, and the others were not to wait for it any longer. What waited for it is gone. What it knew
 * is not live any more: it may join again, and begins anew.
 */
export class ConsumerCutOff extends Error {
  readonly _tag = "ConsumerCutOff"
  override readonly name: string = "ConsumerCutOff"
  readonly consumer: string
  /** How much waited for it. */
  readonly waitingBytes: number

  constructor(consumer: string, waitingBytes: number, keptMillis: number) {
    super(
      `The consumer \`${consumer}\` was cut off: ${
        Math.round(waitingBytes / 1024)
      } KiB waited for it, and the others ` +
        `had been kept waiting for ${
          keptMillis / 1000
        } s. What it knows is not live any more: let it join again, give ` +
        'it more room (bufferBytes), or have the source wait for it (slow: "pause")',
    )
    this.consumer = consumer
    this.waitingBytes = waitingBytes
  }
}
