// Work that fn starts and does not await, and functions that are called later by other code.

import { EventEmitter } from 'node:events'
import { usingSession } from '@otel-sessions/processor'
import { type Cell, cell, KEPT, NEEDS_BINDING } from '../cell.ts'
import { byAwait } from '../consumers.ts'
import { bodyIsWaiting, work } from '../telemetry.ts'

async function later() {
  work('body')
  await Promise.resolve()
  work('body')
}

const timer = () =>
  new Promise<void>((resolve) => {
    setTimeout(() => resolve(work('body')), 0)
  })

/** A queue whose worker was started before any session. */
const jobs: (() => void)[] = []
let wake = () => {}
void (async () => {
  for (;;) {
    jobs.shift()?.()
    if (jobs.length === 0) await new Promise<void>((resolve) => (wake = resolve))
  }
})()

function enqueue(job: () => void): Promise<void> {
  return new Promise((resolve) => {
    jobs.push(() => {
      job()
      resolve()
    })
    wake()
  })
}

/** A library that stores functions, and calls them from elsewhere. */
const kept: (() => void)[] = []

export const WORK: Cell[] = [
  cell({
    shape: 'Promise',
    consumed: 'by await',
    make: later,
    consume: byAwait,
    ...KEPT,
  }),
  cell({
    shape: 'timer',
    consumed: 'when it fires',
    make: timer,
    consume: byAwait,
    ...KEPT,
  }),
  cell({
    shape: 'callback that Node calls',
    consumed: 'when it is called',
    make: () => new Promise<void>((resolve) => setImmediate(() => resolve(work('body')))),
    consume: byAwait,
    ...KEPT,
  }),
  cell({
    shape: 'one Promise that two sessions wait for',
    consumed: 'by await',
    make: later,
    consume: async (made, each) => {
      const waits = (session: string) => byAwait(made, () => each(session))
      await Promise.all(['sess_one', 'sess_two'].map((id) => usingSession(id, () => waits(id))))
    },
    ...KEPT,
  }),
  cell({
    shape: 'callback that others keep and call',
    consumed: 'when it is called',
    make: (bind) => void kept.push(bind(() => work('body'))),
    consume: (_, each) => {
      kept.pop()?.()
      each()
    },
    ...NEEDS_BINDING,
  }),
  cell({
    shape: 'job for a queue that was started before',
    consumed: 'by its worker',
    make: (bind) => enqueue(bind(() => work('body'))),
    consume: byAwait,
    ...NEEDS_BINDING,
  }),
  cell({
    shape: 'socket with `onAny` and `use`, as of socket.io',
    consumed: 'by a message',
    make: (bind) => {
      const socket = bind({
        heard: [] as (() => void)[],
        on: () => {},
        emit() {
          for (const listener of this.heard) listener()
        },
        onAny(listener: () => void) {
          this.heard.push(listener)
        },
        use(middleware: () => void) {
          this.heard.push(middleware)
        },
      })
      socket.onAny(() => work('body'))
      socket.use(() => work('body'))
      return socket
    },
    consume: (made, each) => {
      made.emit()
      each()
    },
    ...NEEDS_BINDING,
  }),
  cell({
    shape: 'EventTarget, its listeners',
    consumed: 'by dispatchEvent',
    make: (bind) => {
      const target = bind(new EventTarget())
      target.addEventListener('token', () => work('body'))
      return target
    },
    consume: (made, each) => {
      made.dispatchEvent(new Event('token'))
      each()
    },
    ...NEEDS_BINDING,
  }),
  cell({
    shape: 'EventEmitter, its listeners',
    consumed: 'by emit',
    make: (bind) => bind(new EventEmitter()).once('token', () => work('body')),
    consume: async (made, each) => {
      await bodyIsWaiting()
      made.emit('token')
      each()
    },
    ...NEEDS_BINDING,
  }),
]
