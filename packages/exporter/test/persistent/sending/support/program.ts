/** A program that appends a span, sends it or not, and exits; run with the URL of an endpoint and what to do. */

import { once } from 'node:events'
import { newTransport } from '../../../../src/persistent/sending/http/transport.ts'
import { Sender } from '../../../../src/persistent/sending/sender.ts'
import { newDeliveryCounters } from '../../../../src/persistent/stats.ts'
import { lineCodec } from './codec.ts'
import { NaiveQueue } from './queue.ts'
import { settingsWith } from './settings.ts'

const [url = '', what] = process.argv.slice(2)
const settings = settingsWith({
  url,
  maxExportBatchSize: what === 'wait' ? 512 : 1,
  scheduledDelayMillis: 3_600_000,
  timeoutMillis: 3_600_000,
})
const queue = new NaiveQueue(() => performance.now())
const counters = newDeliveryCounters()
const transport = newTransport(settings, lineCodec)
const sender = new Sender(settings, queue.asQueue, transport, counters, undefined, lineCodec)
queue.appendSpans('a')
sender.wake()
process.stdout.write('appended ')
process.on('exit', () => {
  if (counters.delivered > 0) process.stdout.write(`delivered ${counters.delivered}`)
})
const drain = async (millis: number, untilFailure = false) =>
  process.stdout.write(`left ${await sender.drain(queue.trackQueued(), millis, untilFailure)} `)
if (what === 'drain') await drain(60_000)
if (what === 'drain once') await drain(60_000, true)
// A machine that is busy may need longer than that to send the request.
if (what?.startsWith('drain shortly')) await once(process.stdin.resume(), 'end')
if (what === 'drain shortly') await drain(200)
if (what === 'drain shortly, once') await drain(200, true)
