import type { Endpoint } from './endpoint.ts'
import type { Subject } from './subject.ts'
import type { World, WorldOptions } from './world.ts'

/** Something that OpenTelemetry promises of its OTLP/HTTP exporters and its batch processor. */
interface KeptRow {
  /** A sentence. */
  readonly promise: string
  /** What the subject is told, beside the defaults of a world. */
  readonly with?: (endpoint: Endpoint) => Pick<WorldOptions, 'settings' | 'environment' | 'provider'>
  /** Whether the endpoint has a certificate that nobody trusts, and asks for the same from its clients. */
  readonly tls?: boolean
  /** Whether it waits for seconds, and does little. Such rows are observed at the same time. */
  readonly waits?: boolean
  /** Brings a subject into a situation, and returns what it does, in a few words. */
  observe(world: World): Promise<string>
  /** What a subject does that keeps the promise. */
  readonly kept: string
}

/** A promise that one side does not keep, or not literally. The test asserts what it does instead. */
export interface DifferentRow extends KeptRow {
  /** What OpenTelemetry's does instead. */
  readonly theirs?: string
  /** What ours does instead. */
  readonly ours?: string
  /** What ours does instead with a directory; with `ours`, both do the same. */
  readonly oursWithJournal?: string
  /** Why ours does what it does. */
  readonly because: string
}

export type Row = KeptRow | DifferentRow

/** Whether a row belongs into the table of differences. */
export const isDifferent = (row: Row): row is DifferentRow => 'because' in row

/** What a subject is declared to do. */
export function declared(row: Row, { side, hasJournal }: Pick<Subject, 'side' | 'hasJournal'>): string {
  if (!isDifferent(row)) return row.kept
  const { kept, theirs = kept, ours = kept, oursWithJournal = ours } = row
  if (side === 'theirs') return theirs
  return hasJournal ? oursWithJournal : ours
}
