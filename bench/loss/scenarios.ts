import type { Behaviour, Schedule } from '../support/collector/messages.ts'

/** How the application ends. */
export type Ending =
  /** Waits for `shutdown()` of the provider, then has no more work. */
  | 'shutdown'
  /** Has no more work: no flush, no shutdown. */
  | 'none'
  /** Waits for `forceFlush()` of the provider, then calls `process.exit()`. */
  | 'flush and exit'

/** One kind of failure. */
export interface Scenario {
  readonly name: string
  /** The collector's behaviour, from the start of the first span. */
  readonly schedule: Schedule
  /** All spans in one burst, not spread over the time. */
  readonly isBurst: boolean
  readonly ending: Ending
  /** The stock processor's queue size, if its default of 2,048 would hide the scenario's effect. */
  readonly stockQueue?: number
  /**
   * As many spans as fill whole batches of the stock processor, so that its last batch is in flight when the last span
   * ends, and nothing else is queued.
   */
  readonly isWholeBatches: boolean
  /** Sends permanently rejected spans again with `redeliver()` before the end. */
  readonly redelivers: boolean
  /** How many spans may be set aside as rejected, if fewer than the endpoint rejects. */
  readonly mayReject?: number
  /** The collector's behaviour after a restart, if the failure lasts; it ends before `redeliver()`. */
  readonly afterRestart?: Schedule
  /** The timeout of requests, if its default of 10 s would hide the scenario's effect. */
  readonly timeoutMillis?: number
  /** Stops the process during the first request that it makes after some time, and lets it go on later. */
  readonly freeze?: { readonly afterMillis: number; readonly forMillis: number }
  /** Whether the endpoint is unavailable at the end, so that a shutdown with a journal gives up early. */
  readonly isDownAtEnd: boolean
  /** Part of `--quick`. */
  readonly isQuick: boolean
}

/** The number of the one span that the endpoint cannot take. */
const POISONED = 1000

const UP: Behaviour = { kind: 'accept', delayMillis: 0 }

/** Whether requests reach the collector during the failure, so that it can count them. */
export const turnsAway = ({ schedule }: Scenario): boolean =>
  schedule.some(({ behaviour: { kind } }) => kind !== 'accept' && kind !== 'refuse')

/** A collector that works. */
export const ALWAYS_UP: Schedule = [{ fromMillis: 0, behaviour: UP }]

/**
 * All scenarios. Outages are meant for spans spread over 20 s; `scale` shortens them, and `Retry-After`, accordingly.
 * The pipelines' own timeouts and delays do not change.
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
    isDownAtEnd: false,
    isQuick: false,
    ...more,
  })
  // Other spans end before it and after it.
  const oneSpan = (name: string, code: number | undefined, more: Partial<Scenario> = {}): Scenario => {
    const schedule = forever({ kind: 'one span', span: POISONED, status: code })
    return scenario(name, schedule, { afterRestart: schedule, mayReject: 1, ...more })
  }
  const large = (name: string, code: number, more: Partial<Scenario> = {}): Scenario => {
    const schedule = forever({ kind: 'at most', spans: 500, status: code })
    return scenario(name, schedule, { afterRestart: schedule, mayReject: 0, ...more })
  }
  const longAnswers = (megabytes: number) =>
    forever({ kind: 'accept', delayMillis: 0, messageBytes: megabytes * 1024 * 1024 })
  const isQuick = true
  return [
    scenario('synchronous burst', ALWAYS_UP, { isBurst: true, isQuick }),
    scenario('refused throughout', forever({ kind: 'refuse' }), { isDownAtEnd: true, isQuick }),
    scenario('refused 5 s', first(5, { kind: 'refuse' })),
    scenario('refused 15 s', first(15, { kind: 'refuse' }), { isQuick }),
    scenario('answers take 3 s', forever({ kind: 'accept', delayMillis: 3000 * scale })),
    scenario('503 for 10 s', first(10, status(503)), { isQuick }),
    scenario('429, Retry-After 0, for 10 s', first(10, busy(0))),
    scenario('429, Retry-After 30, for 10 s', first(10, busy(30)), { isQuick }),
    scenario('400 for 10 s', first(10, status(400)), { redelivers: true, isQuick }),
    scenario('500 for 10 s', first(10, status(500)), { redelivers: true }),
    scenario('hangs for 10 s', first(10, { kind: 'hang' }), { isQuick }),
    scenario('hangs throughout', forever({ kind: 'hang' }), { isDownAtEnd: true }),
    scenario('headers drip for 10 s', first(10, { kind: 'drip', part: 'headers' })),
    scenario('200, and its body drips, for 10 s', first(10, { kind: 'drip', part: 'body' })),
    scenario('shutdown with all queued', ALWAYS_UP, { isBurst: true, stockQueue: 20_480, isQuick }),
    scenario('natural exit', ALWAYS_UP, { ending: 'none', isQuick }),
    scenario('exit after forceFlush', ALWAYS_UP, {
      ending: 'flush and exit',
      isWholeBatches: true,
      isQuick,
    }),
    oneSpan('one span is answered with 400', 400, { isQuick }),
    oneSpan('one span is answered with 500', 500),
    oneSpan('one span is answered with 502', 502),
    oneSpan('one span is answered with 503', 503, { isQuick }),
    oneSpan('one span is answered with 504', 504),
    oneSpan('one span gets no answer, timeout 1 s', undefined, { timeoutMillis: 1000, isQuick }),
    large('more than 500 spans are answered with 503', 503, { isQuick }),
    large('more than 500 spans are answered with 504', 504),
    scenario('answers of 1 MB', longAnswers(1), { isQuick, mayReject: 0 }),
    scenario('answers of 5 MB', longAnswers(5)),
    scenario('one of two nodes behind a balancer answers 503', forever({ kind: 'sick node', status: 503 }), {
      isQuick,
      mayReject: 0,
    }),
    scenario('frozen for 12 s during a request', forever({ kind: 'accept', delayMillis: 1500 }), {
      freeze: { afterMillis: 3000 * scale, forMillis: 12_000 },
      isQuick,
      mayReject: 0,
    }),
  ]
}
