import type { Mode } from '../scenario.ts'

/** What the demo tells while it runs. */
export type Step = {
  /** 1 for the first run. */
  run: number
  mode: Mode
  title: string
} & (
  | { type: 'start' }
  /** A turn has been answered for every user. */
  | { type: 'turn'; turn: number; users: readonly string[] }
  | {
      type: 'end'
      millis: number
      /** The highest number of concurrent requests. */
      peak: number
      spans: number
      guestSpans: number
      modelRequests: number
      guestRequests: number
    }
)
