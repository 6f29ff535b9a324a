/** A program that sends a span, and another one for each line of its input, with a short timeout; run with a URL. */

import { createInterface } from 'node:readline'
import { newTransport } from '../../../../src/persistent/sending/http/transport.ts'
import { Sender } from '../../../../src/persistent/sending/sender.ts'
import { newDeliveryCounters } from '../../../../src/persistent/stats.ts'
import { lineCodec } from './codec.ts'
import { NaiveQueue } from './queue.ts'
import { settingsWith } from './settings.ts'

const [url = '', timeoutMillis = '', bytes = ''] = process.argv.slice(2)
const settings = settingsWith({ url, timeoutMillis: Number(timeoutMillis), scheduledDelayMillis: 0 })
const queue = new NaiveQueue(() => performance.now())
const counters = newDeliveryCounters()
const sender = new Sender(
  settings,
  queue.asQueue,
  newTransport(settings, lineCodec),
  counters,
  undefined,
  lineCodec,
)

async function send(name: string) {
  queue.appendSpans(name)
  await sender.drain(queue.trackQueued(), 60_000)
  const { delivered, requests, retried } = counters
  process.stdout.write(`${JSON.stringify({ delivered, requests, retried })}\n`)
}

createInterface({ input: process.stdin }).on('line', send)
await send('a'.repeat(Number(bytes)))
