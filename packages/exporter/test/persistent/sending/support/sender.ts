import { context, createContextKey } from '@opentelemetry/api'
import type { BodyFormat } from '../../../../src/persistent/encoder/codec.ts'
import { Sender } from '../../../../src/persistent/sending/sender.ts'
import type {
  Answer,
  RequestObserver,
  SenderSettings,
  Transport,
} from '../../../../src/persistent/sending/types.ts'
import { newDeliveryCounters } from '../../../../src/persistent/stats.ts'
import { ManualClock } from './clock.ts'
import { lineCodec, namesIn } from './codec.ts'
import { NaiveQueue } from './queue.ts'
import { settingsWith } from './settings.ts'

export const accepted: Answer = { kind: 'accepted', status: 200, rejectedSpans: 0, message: '' }
export const tooLarge: Answer = { kind: 'too-large' }
export const rejected = (status = 400, message = ''): Answer => ({ kind: 'rejected', status, message })
export const retry = (afterMillis?: number, status: number | undefined = 503): Answer => ({
  kind: 'retry',
  reason: String(status),
  status,
  afterMillis,
})

interface Posted {
  readonly names: readonly string[]
  readonly format: BodyFormat
  readonly isTraced: boolean
  answer(answer: Answer): Promise<void>
}

/** Runs all work that waits only for its turn of the event loop. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

const SUPPRESS = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/** Answers when the test does. */
class ManualTransport implements Transport {
  readonly posted: Posted[] = []
  inFlight = 0
  mostInFlight = 0
  isClosed = false
  keepsAlive = false
  /** Which requests were aborted, by call. */
  readonly aborted: ('connecting' | 'all')[] = []

  post(format: BodyFormat, parts: readonly Buffer[]): Promise<Answer> {
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight)
    return new Promise((resolve) => {
      this.posted.push({
        names: parts.flatMap(namesIn),
        format,
        isTraced: context.active().getValue(SUPPRESS) !== true,
        answer: (answer) => {
          this.inFlight--
          resolve(answer)
          return settle()
        },
      })
    })
  }

  keepAlive(isNeeded: boolean): void {
    this.keepsAlive = isNeeded
  }

  abort(which: 'all' | 'connecting'): void {
    this.aborted.push(which)
  }

  close(): void {
    this.isClosed = true
  }
}

/** A sender between a queue that is an array and a transport that the test answers for. */
export function startSender(some: Partial<SenderSettings> = {}, observer?: RequestObserver, window?: number) {
  const clock = new ManualClock()
  const queue = new NaiveQueue(clock.now, window)
  const transport = new ManualTransport()
  const counters = newDeliveryCounters()
  const settings = settingsWith(some)
  const sender = new Sender(settings, queue.asQueue, transport, counters, observer, lineCodec, clock)
  return {
    clock,
    queue,
    transport,
    counters,
    sender,
    /** Appends a record and wakes the sender. */
    append(...names: string[]) {
      queue.appendSpans(...names)
      sender.wake()
      return settle()
    },
    advance(millis: number) {
      clock.advance(millis)
      return settle()
    },
    /** The spans of each request so far. */
    requests: () => transport.posted.map(({ names }) => names.join('')),
    /** Answers the request that was sent last, or another one. */
    answer: (answer: Answer, index = -1) => transport.posted.at(index)?.answer(answer),
  }
}
