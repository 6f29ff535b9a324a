import type { DeliveryStats, PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'

/** What a program is started with. */
export interface ProgramConfig {
  readonly options: NonNullable<ConstructorParameters<typeof PersistentBatchSpanProcessor>[0]>
  /** The prefix of its spans' IDs; a number from 1 follows. */
  readonly prefix: string
  /** Whether it tells how long something takes, without the time in which the machine lets it stand still. */
  readonly isTimed?: boolean
}

/** What it is told to do. */
export type Order =
  /** End spans with so many bytes of text each, whose resource may be incomplete for longer than the process lives. */
  | { readonly kind: 'end'; readonly spans: number; readonly length: number; readonly isPending?: boolean }
  /** End spans for so long, without a turn of the event loop. */
  | { readonly kind: 'end for'; readonly millis: number; readonly length: number }
  /** Wait until all spans are in the journal, or delivered. */
  | { readonly kind: 'settle' }
  | { readonly kind: 'flush' | 'redeliver' | 'shutdown' | 'stats' }
  /** Measure for how long the event loop is blocked, from `watch` to `watched`. */
  | { readonly kind: 'watch' | 'watched' }
  /** Open files until no more can be opened; close them. */
  | { readonly kind: 'fill descriptors' | 'free descriptors' }
  /** Let the disk hang, or go on: every call below the directory. */
  | { readonly kind: 'hang' | 'go on' }
  | { readonly kind: 'leave'; readonly way: Way }

/** How a program ends: by itself, or as a worker thread by its main thread, too. */
export type Way = 'natural' | 'exit' | 'exception' | 'SIGTERM' | 'terminate' | 'exit of the main thread'

export type Command = Order & { readonly id: number }

export interface Reply {
  /** Of the command; 0 when the program has started. */
  readonly id: number
  /** How many of its first spans no end of the process can take away. */
  readonly safe: number
  readonly millis?: number
  readonly complaint?: string
  readonly stats?: DeliveryStats
  readonly blockedMillis?: number
}
