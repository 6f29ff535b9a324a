/** A process whose worker thread is the program, and which passes on what it is told. */
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import type { Command, Reply, Way } from './messages.ts'

const REPLIES = 3
/** The ends that the main thread gives to it. */
const ENDS = {
  terminate: () => void worker.terminate(),
  'exit of the main thread': () => process.exit(),
} satisfies Partial<Record<Way, () => void>>

const worker = new Worker(new URL('./program.ts', import.meta.url), {
  workerData: process.argv[2],
  stdin: false,
})
const lines = createInterface({ input: process.stdin })
worker.on('exit', () => {
  lines.close()
  process.stdin.destroy()
})
worker.on('error', () => {})
lines.on('line', (line) => {
  const command = JSON.parse(line) as Command
  if (command.kind !== 'leave' || !(command.way in ENDS)) return worker.postMessage(line)
  // In the middle of what it was told before.
  setTimeout(() => {
    writeSync(REPLIES, `${JSON.stringify({ id: command.id, safe: 0 } satisfies Reply)}\n`)
    ENDS[command.way as keyof typeof ENDS]()
  }, 5)
})
