import type { Attributes } from '@opentelemetry/api'
import type { ReceivedSpan } from '../../../demo/support/otlp.ts'
import type { Mode } from './modes.ts'

/** A received span, with its start attributes; undefined if it bypassed the processors. */
export interface SeenSpan extends Omit<ReceivedSpan, 'startNano' | 'endNano' | 'statusCode'> {
  readonly start: Attributes | undefined
}

/** The spans of one run. */
export interface Run {
  readonly mode: Mode
  readonly spans: readonly SeenSpan[]
  /** The spans of the ten users, which are not among `spans`. */
  readonly ofTen: readonly SeenSpan[]
  /** The number of spans that `forceFlush` left behind: they arrived only with the shutdown. */
  readonly leftBehind: number
}
