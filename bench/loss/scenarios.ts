import type { Behaviour, Schedule } from '../support/collector/messages.ts'

/** How the application ends. */
export type Ending =
  /** Waits for `shutdown()` of the provider, then has nothing left to do. */
  | 'shutdown'
  /** Has nothing left to do: no flush, no shutdown. */
  | 'none'
  /** Waits for `forceFlush()` of the provider, then calls `process.exit()`. */
  | 'flush and exit'

/** One kind of trouble. */
export interface Scenario {
  readonly name: string
  /** What the collector does from the moment when the first span starts. */
  readonly schedule: Schedule
  /** All spans in one go, in place of evenly over the time. */
  readonly isBurst: boolean
  readonly ending: Ending
  /** For the stock processor: how many spans may wait, where its 2,048 would leave nothing to look at. */
  readonly stockQueue?: number
  /**
   * As many spans as make whole batches of the stock processor, so that its last batch is under way when the last span
   * ends, and nothing waits beside it.
   */
  readonly isWholeBatches: boolean
  /** What was refused for good is sent again with `redeliver()` before the end. */
  readonly redelivers: boolean
  /** Part of `--quick`. */
  readonly isQuick: boolean
}

const UP: Behaviour = { kind: 'accept', delayMillis: 0 }

/** Whether its trouble is one that requests meet, so that the collector can count them. */
export const turnsAway = ({ schedule }: Scenario): boolean =>
  schedule.some(({ behaviour: { kind } }) => kind === 'status' || kind === 'hang' || kind === 'drip')

/** The collector as it should be. */
export const ALWAYS_UP: Schedule = [{ fromMillis: 0, behaviour: UP }]

/**
 * All scenarios. Outages are meant for spans that take 20 s; `scale` shortens them, and `Retry-After`, with the time.
 * The time that the pipelines give a request, and their delays, stay what they are.
 */
export function scenarios(scale: number): Scenario[] {
  const forever = (behaviour: Behaviour): Schedule => [{ fromMillis: 0, behaviour }]
  const first = (seconds: number, behaviour: Behaviour): Schedule => [
    ...forever(behaviour),
    { fromMillis: seconds * 1000 * scale, behaviour: UP },
  ]
  const busy = (seconds: number): Behaviour => ({
    kind: 'status',
    status: 429,
    retryAfterSeconds: Math.round(seconds * scale),
  })
  const status = (code: number): Behaviour => ({ kind: 'status', status: code })
  const scenario = (name: string, schedule: Schedule, more: Partial<Scenario> = {}): Scenario => ({
    name,
    schedule,
    isBurst: false,
    ending: 'shutdown',
    isWholeBatches: false,
    redelivers: false,
    isQuick: false,
    ...more,
  })
  const isQuick = true
  return [
    scenario('synchronous burst', ALWAYS_UP, { isBurst: true, isQuick }),
    scenario('refused throughout', forever({ kind: 'refuse' }), { isQuick }),
    scenario('refused 5 s', first(5, { kind: 'refuse' })),
    scenario('refused 15 s', first(15, { kind: 'refuse' }), { isQuick }),
    scenario('answers take 3 s', forever({ kind: 'accept', delayMillis: 3000 * scale })),
    scenario('503 for 10 s', first(10, status(503)), { isQuick }),
    scenario('429, Retry-After 0, for 10 s', first(10, busy(0))),
    scenario('429, Retry-After 30, for 10 s', first(10, busy(30)), { isQuick }),
    scenario('400 for 10 s', first(10, status(400)), { redelivers: true, isQuick }),
    scenario('500 for 10 s', first(10, status(500)), { redelivers: true }),
    scenario('hangs for 10 s', first(10, { kind: 'hang' }), { isQuick }),
    scenario('hangs throughout', forever({ kind: 'hang' })),
    scenario('headers drip for 10 s', first(10, { kind: 'drip', part: 'headers' })),
    scenario('200, and its body drips, for 10 s', first(10, { kind: 'drip', part: 'body' })),
    scenario('shutdown with all queued', ALWAYS_UP, { isBurst: true, stockQueue: 20_480, isQuick }),
    scenario('natural exit', ALWAYS_UP, { ending: 'none', isQuick }),
    scenario('exit after forceFlush', ALWAYS_UP, {
      ending: 'flush and exit',
      isWholeBatches: true,
      isQuick,
    }),
  ]
}
