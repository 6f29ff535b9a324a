import { processStats } from '@otel-sessions/processor'
import { SessionIdle, startSession } from '@otel-sessions/processor/lifecycle'
import { provider } from './pipeline.ts'
import { hop, type Shape } from './shape.ts'

const options = { tracerProvider: provider }
const tokens = async function* () {
  yield 'one'
}

/** Sessions that begin, have a turn that streams, and end. */
const ended: Shape = {
  name: 'session objects with a traced stream, and an end',
  times: 50_000,
  isLong: true,
  async run(times) {
    for (let count = 0; count < times; count++) {
      const session = startSession({ userId: `user_${count}`, tags: [`tag_${count}`] }, options)
      for await (const _ of session.trace('turn', tokens)) session.event('token', { count })
      session.end({ state: 'success' })
      if (count % 1000 === 0) await hop()
    }
  },
}

/** Sessions that never end, with streams that are never read. */
const left: Shape = {
  name: 'session objects that never end, with streams that are never read',
  times: 100_000,
  isLong: true,
  async run(times) {
    for (let count = 0; count < times; count++) {
      startSession({ userId: `user_${count}` }, options).trace('turn', tokens)
      // Unreachable streams are over when they are collected.
      if (count % 1000 === 0) {
        globalThis.gc?.()
        await hop()
      }
    }
    const { open } = processStats().sessions
    if (open > 10_000) throw new Error(`${open} sessions are open, where at most 10,000 may be`)
  },
}

const idle = new SessionIdle({ idle: 3_600_000, maxSessions: 1_000 })

/** Made-up IDs. */
const watched: Shape = {
  name: 'sessions watched by SessionIdle',
  times: 500_000,
  isLong: true,
  async run(times) {
    for (let count = 0; count < times; count++) {
      idle.touch(`memory_idle_${count}`)
      if (count % 1000 === 0) await hop()
    }
    if (idle.size > 1_000) throw new Error(`${idle.size} sessions are watched, where at most 1,000 may be`)
  },
}

export const lifecycle: readonly Shape[] = [left, ended, watched]
