import { log } from '../../problems.ts'
import { spansText } from '../stats.ts'
import { isOfOption } from './http/option-failure.ts'
import type { Clock } from './types.ts'

const FIRST_MILLIS = 1000
const LONGEST_MILLIS = 60_000
// While a flush waits.
const FIRST_EXPEDITED_MILLIS = 100
const LONGEST_EXPEDITED_MILLIS = 1000
// In a shutdown.
const LONGEST_HURRIED_MILLIS = 250

/**
 * Decides when the next request may start. It opens with the first failure: then one request is made at a time, after
 * waits that double, with full jitter, as long as requests fail. Any answer closes it.
 */
export class Circuit {
  /** The longest that `Retry-After` can delay the next request. */
  readonly maxRetryAfterMillis: number
  readonly #clock: Clock
  #failures = 0
  // How often the wait was doubled since the last answer.
  #doublings = 0
  #isExpedited = false
  #isHurried = false
  // Whether a flush waited when the current request started.
  #wasExpedited = false
  // Expedited failures since the last answer, and until when they delay the next flush.
  #expeditedFailures = 0
  #expeditedUntil = 0
  #failedAt = 0
  #answeredAt = Number.NEGATIVE_INFINITY
  // A request that started before the last failure and fails after it is the same failure.
  #round = 0
  #backoffUntil = 0
  // Until when `Retry-After` asks to wait.
  #retryAfterUntil = 0

  /** @param maxRetryAfterMillis the longest that `Retry-After` can delay the next request */
  constructor(clock: Clock, maxRetryAfterMillis: number) {
    this.#clock = clock
    this.maxRetryAfterMillis = maxRetryAfterMillis
  }

  /** Whether the last request failed; while it is open there is one request at a time. */
  get isOpen(): boolean {
    return this.#failures > 0
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures
  }

  /** When the endpoint last accepted or rejected something. */
  get answeredAt(): number {
    return this.#answeredAt
  }

  /** Milliseconds until a request may start; 0 if it may start now. */
  get wait(): number {
    const now = this.#clock.now()
    return Math.max(0, this.#retryAfterUntil - now, this.isOpen ? this.#backoffUntil - now : 0)
  }

  /** Milliseconds that the endpoint has asked to wait from now on; 0 if it has not. */
  get retryAfter(): number {
    return Math.max(0, this.#retryAfterUntil - this.#clock.now())
  }

  /** Starts a request. Returns its round, which `failed` takes. */
  begin(): number {
    this.#wasExpedited ||= this.#isExpedited
    return this.#round
  }

  /**
   * Shortens the waits while a flush waits: the next request starts at once, later ones soon, unless the endpoint has
   * asked to wait, or another flush has just failed.
   *
   * @param millis how long the flush waits at most; a request starts within half of it
   */
  expedite(isExpedited: boolean, millis = Number.POSITIVE_INFINITY): void {
    this.#isExpedited = isExpedited
    if (!isExpedited) return
    const late = Math.max(this.#failedAt + FIRST_EXPEDITED_MILLIS, this.#clock.now() + millis / 2)
    this.#backoffUntil = Math.min(this.#backoffUntil, this.#expeditedUntil, late)
  }

  /** From now on there is little time: no wait is long, unless the endpoint asks for it. */
  hurry(): void {
    this.#isHurried = true
  }

  /** Forgets what the endpoint has asked for, and earlier flushes: this is the last chance to send. */
  reset(): void {
    this.#retryAfterUntil = 0
    this.#expeditedUntil = 0
  }

  /** Notes that a request was answered, whatever the answer was. */
  answered(): void {
    this.#answeredAt = this.#clock.now()
    this.#failures = 0
    this.#doublings = 0
    this.#expeditedFailures = 0
    this.#expeditedUntil = 0
  }

  /**
   * Notes that a request failed.
   *
   * @param afterMillis what `Retry-After` asks for
   * @param isSmaller whether the next request is smaller; then the wait before it does not double
   */
  failed(round: number, afterMillis: number | undefined, isSmaller = false): void {
    const { random } = this.#clock
    const now = this.#clock.now()
    // A random second more, so that clients do not return all at once.
    if (afterMillis) {
      const wait = Math.min(afterMillis, this.maxRetryAfterMillis)
      this.#retryAfterUntil = Math.max(this.#retryAfterUntil, now + wait + random() * FIRST_MILLIS)
    }
    if (this.isOpen && round !== this.#round) return
    this.#round++
    this.#failures++
    const longest = Math.min(LONGEST_MILLIS, FIRST_MILLIS * 2 ** this.#doublings)
    if (!isSmaller) this.#doublings++
    this.#backoffUntil = now + longest * random()
    this.#failedAt = now
    if (this.#isExpedited || this.#wasExpedited) this.#expeditedUntil = now + this.#nextExpeditedMillis()
    if (this.#isExpedited) this.#backoffUntil = this.#expeditedUntil
    this.#wasExpedited = false
  }

  // At least half of the longest wait, so that an endpoint that fails at once is not asked all the time.
  #nextExpeditedMillis(): number {
    const longest = Math.min(
      this.#isHurried ? LONGEST_HURRIED_MILLIS : LONGEST_EXPEDITED_MILLIS,
      FIRST_EXPEDITED_MILLIS * 2 ** this.#expeditedFailures++,
    )
    return (longest * (1 + this.#clock.random())) / 2
  }
}

/** How many failures in a row are logged: a single one is nothing unusual. */
const FAILURES_LOGGED = 3
/** From this `Retry-After` on, the endpoint counts as unavailable at once. */
const LONG_WAIT_MILLIS = 60_000
/** The least time between two logged outages. */
const LOGGED_AGAIN_MILLIS = 600_000
const MILLIS_PER_SECOND = 1000

/** Logs when the endpoint becomes unavailable, and when it is available again. */
export class OutageLog {
  /** The endpoint as messages name it. The rest of the URL may contain a key. */
  readonly host: string
  readonly #clock: Clock
  #since: number | undefined
  #problem: string | undefined
  #isLogged = false
  #loggedAt = Number.NEGATIVE_INFINITY

  constructor(url: string, clock: Clock) {
    this.host = new URL(url).host
    this.#clock = clock
  }

  /** Why the last request failed: `endpoint HOST is unavailable (ECONNREFUSED)`; undefined if it was answered. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Notes that a request failed. */
  failed(failures: number, reason: string, afterMillis = 0): void {
    const now = this.#clock.now()
    this.#since ??= now
    const what = isOfOption(reason)
      ? `no request to ${this.host} can be made`
      : `endpoint ${this.host} is unavailable`
    const problem = `${what} (${reason})`
    this.#problem = problem
    const isOutage = failures >= FAILURES_LOGGED || afterMillis >= LONG_WAIT_MILLIS
    if (!isOutage || this.#isLogged || now - this.#loggedAt < LOGGED_AGAIN_MILLIS) return
    const retryNote = afterMillis > 0 ? `, and asked us to retry after ${seconds(afterMillis)} s` : ''
    this.#isLogged = log(
      'warn',
      () => `${problem}${retryNote}; spans are kept as space allows and sent later`,
    )
    if (this.#isLogged) this.#loggedAt = now
  }

  /** Notes that a request was answered, whatever the answer was. */
  answered(queuedSpans: number): void {
    const since = this.#since
    this.#since = undefined
    this.#problem = undefined
    if (!this.#isLogged || since === undefined) return
    this.#isLogged = false
    log('warn', () => {
      const outage = seconds(this.#clock.now() - since)
      return `endpoint ${this.host} is available again after ${outage} s; ${spansText(queuedSpans)} queued`
    })
  }
}

const seconds = (millis: number): number => Math.ceil(millis / MILLIS_PER_SECOND)
