import { diag } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { newDeliveryCounters } from '../../../src/persistent/counters.ts'
import { Sender } from '../../../src/persistent/sending/sender.ts'
import { newTransport } from '../../../src/persistent/sending/transport.ts'
import { ManualClock } from './support/clock.ts'
import { lineCodec, namesIn } from './support/codec.ts'
import { answer, startReceiver } from './support/server.ts'
import { settingsWith, until } from './support/settings.ts'
import { NaiveStore } from './support/store.ts'

afterEach(() => diag.disable())

describe('a sender and a receiver', () => {
  it('deliver what was appended, also when the receiver is away at first', async () => {
    const receiver = await startReceiver([answer(503)])
    const clock = new ManualClock()
    const settings = settingsWith({ url: receiver.url })
    const store = new NaiveStore(clock.now)
    const counters = newDeliveryCounters()
    const transport = newTransport(settings, lineCodec, clock)
    const sender = new Sender(settings, store.asStore, transport, counters, undefined, lineCodec, clock)
    store.appendSpans('a', 'b')
    store.appendSpans('c')
    sender.wake()
    clock.advance(1000)
    await until(() => counters.retried === 1 && store.out === 0)
    expect(counters.delivered).toBe(0)
    clock.advance(1000)
    await until(() => store.entries.length === 0)
    expect(receiver.received.map(({ body }) => namesIn(body))).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ])
    expect(counters).toMatchObject({ delivered: 3, requests: 2, retried: 1 })
    sender.close()
    await receiver.close()
  })
})
