/**
 * What the servers that speak the providers' protocols share. Each is a file of its own beside this one. They stand in
 * for paid services: they answer by a script, report a usage that is known, and keep what they were asked and answered.
 */
import type { Reply } from '../cases.ts'
import type { ProviderCall } from '../recording.ts'

/** A server that is listening on an ephemeral port of loopback. */
export interface ProviderServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  /** The calls so far. A call is complete when its answer has ended or its client is gone. */
  calls(): readonly ProviderCall[]
  close(): Promise<void>
}

/** Starts a server that answers the calls with the replies, in order; the last one is repeated. */
export type StartProvider = (replies: readonly Reply[]) => Promise<ProviderServer>
