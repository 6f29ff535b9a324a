/** Runs the program as a worker thread. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

const [, , config = '', how] = process.argv
const worker = new Worker(new URL('./program.ts', import.meta.url), { argv: [config] })
const exit = once(worker, 'exit')
if (how !== 'wait') await once(worker, 'message')
if (how === 'exit') process.exit(0)
if (how === 'terminate') await worker.terminate()
await exit
