/**
 * A process, or a worker thread of `host.ts`, that does what it is told, one command a line, and answers on a file of its
 * own. `remote.ts` starts it.
 */
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { Random } from '../random.ts'
import { checkedSpan, randomText } from '../spans.ts'
import { startBeats, Turns } from './beats.ts'
import { fillDescriptors } from './descriptors.ts'
import { hangDisk, letDiskGoOn } from './hanging.ts'
import type { Command, ProgramConfig, Reply } from './messages.ts'

const REPLIES = 3
/** A synchronous call hangs no longer, because nothing can end it. */
const HANG_MILLIS = 15_000
const NANOS_PER_MILLI = 1e6
const { options, prefix, isTimed } = JSON.parse(workerData ?? process.argv[2]) as ProgramConfig
const random = new Random(5)
// Before the processor, which may have no file descriptors left for it.
const beats = isTimed ? await startBeats() : undefined
const processor = new PersistentBatchSpanProcessor(options)
const idle = new Int32Array(new SharedArrayBuffer(4))
let ended = 0
let turns: Turns | undefined

const reply = (answer: Reply) => writeSync(REPLIES, `${JSON.stringify(answer)}\n`)
const lines = parentPort === null ? createInterface({ input: process.stdin }) : undefined
lines?.on('line', hear)
parentPort?.on('message', hear)
process.once('SIGTERM', async () => {
  await processor.shutdown().catch(() => {})
  process.exit()
})
reply({ id: 0, safe: 0 })

function hear(line: string): void {
  const command = JSON.parse(line) as Command
  if (command.kind === 'leave') leave(command)
  // Not awaited: a flush may wait for what a later command does.
  else void act(command).then((answer) => reply({ id: command.id, ...answer }))
}

/** Ends the process, or the worker thread. */
function leave({ id, way }: Extract<Command, { kind: 'leave' }>): void {
  // By these ends nothing may be lost.
  reply({ id, safe: ended })
  if (way === 'natural') {
    lines?.close()
    process.stdin.destroy()
    parentPort?.close()
  } else if (way === 'exit') process.exit()
  else if (way === 'exception') throw new Error('nobody catches this')
  else if (way === 'SIGTERM') process.kill(process.pid, 'SIGTERM')
}

async function act(command: Exclude<Command, { kind: 'leave' }>): Promise<Omit<Reply, 'id'>> {
  switch (command.kind) {
    case 'end':
      end(command.spans, command.length, command.isPending)
      return { safe: options.durability === 'span' ? ended : 0 }
    case 'end for':
      // The event loop gets no turn meanwhile.
      for (let left = command.millis; left > 0; left -= 20) {
        end(5, command.length)
        if (options.durability === 'span') reply({ id: 0, safe: ended })
        Atomics.wait(idle, 0, 0, 20)
      }
      return { safe: options.durability === 'span' ? ended : 0 }
    case 'settle':
      await settle()
      return { safe: ended }
    case 'flush':
      return timed(() => processor.forceFlush())
    case 'redeliver':
      return timed(() => processor.redeliver())
    case 'shutdown':
      return timed(() => processor.shutdown())
    case 'stats':
      return { safe: 0, stats: processor.stats() }
    case 'watch':
      if (beats !== undefined) turns = new Turns(beats)
      return { safe: 0 }
    case 'watched':
      return { safe: 0, ...(turns && { blockedMillis: turns.end() }) }
    case 'fill descriptors':
      fillDescriptors(true)
      return { safe: 0 }
    case 'free descriptors':
      fillDescriptors(false)
      return { safe: 0 }
    case 'hang':
      hangDisk(options.directory ?? '', HANG_MILLIS)
      return { safe: 0 }
    case 'go on':
      letDiskGoOn()
      return { safe: 0 }
  }
}

const pendingResource = {
  attributes: {},
  asyncAttributesPending: true,
  waitForAsyncAttributes: () => new Promise<void>(() => {}),
}

function end(spans: number, length: number, isPending = false): void {
  for (let left = spans; left > 0; left--) {
    ended++
    const span = checkedSpan(`${prefix}${ended}`, randomText(random, length))
    processor.onEnd(isPending ? Object.assign(span, { resource: pendingResource }) : span)
  }
}

/** Resolves when no span is in memory only. */
async function settle(): Promise<void> {
  for (;;) {
    const { buffered, unwritten } = processor.stats()
    if (buffered + unwritten === 0) return
    await pause(2)
  }
}

async function timed(call: () => Promise<unknown>): Promise<Omit<Reply, 'id'>> {
  // The clock of `performance.now` may run faster here.
  const now = () => beats?.now() ?? Number(process.hrtime.bigint()) / NANOS_PER_MILLI
  const before = now()
  const complaint = await call().then(() => undefined, String)
  const millis = now() - before
  return { safe: 0, millis, ...(complaint !== undefined && { complaint }) }
}
