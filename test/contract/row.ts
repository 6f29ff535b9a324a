import type { Endpoint } from './endpoint.ts'
import type { World, WorldOptions } from './world.ts'

/** Something that OpenTelemetry promises of its OTLP/HTTP exporters and its batch processor. */
export interface KeptRow {
  /** A sentence. */
  readonly promise: string
  /** What the subject is told, beside the defaults of a world. */
  readonly with?: (endpoint: Endpoint) => Pick<WorldOptions, 'settings' | 'environment' | 'provider'>
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
  /** Why ours does what it does. */
  readonly because: string
}

export type Row = KeptRow | DifferentRow

/** Whether a row belongs into the table of differences. */
export const isDifferent = (row: Row): row is DifferentRow => 'because' in row

/** What a side is declared to do. */
export const declared = (row: Row, side: 'theirs' | 'ours'): string =>
  (isDifferent(row) ? row[side] : undefined) ?? row.kept
