// Three users share a pool with one resource: each acquires it in his session, works with it, and releases it.
// Right: each call has its user's session, and what the pool does for all of them, such as connecting, has none.
import { EventEmitter, once } from 'node:events'
import { bindSession, usingSession } from '@otel-sessions/processor'
import { createPool } from 'generic-pool'
import { type Case, type Field, NOBODY } from '../program.ts'

const everybody = ({ users, session }: Field, use: (user: string) => Promise<void>) =>
  Promise.all(users.map((user) => usingSession(session(user), () => use(user))))

/** A pool as applications write it: waiting callers listen for the event `free`. */
class EmitterPool extends EventEmitter {
  #busy = false

  /** Calls back when the resource is free. */
  acquire(use: () => Promise<void>): void {
    if (this.#busy) {
      this.once('free', () => this.acquire(use))
      return
    }
    this.#busy = true
    void use().then(() => {
      this.#busy = false
      this.emit('free')
    })
  }

  /** Resolves when the resource is free. */
  async take(): Promise<void> {
    while (this.#busy) await once(this, 'free')
    this.#busy = true
  }

  release(): void {
    this.#busy = false
    this.emit('free')
  }
}

const emitterPool = (bind: (use: () => Promise<void>) => () => Promise<void>) => async (field: Field) => {
  const pool = new EmitterPool()
  await everybody(field, (user) => {
    return new Promise<void>((resolve) => pool.acquire(bind(() => field.work(user).then(resolve))))
  })
}

const genericPool =
  (create: (connect: () => Promise<object>) => () => Promise<object>) => async (field: Field) => {
    const connect = create(async () => {
      await field.work(NOBODY, 'connect')
      return {}
    })
    const pool = createPool({ create: connect, destroy: async () => {} }, { max: 1 })
    await everybody(field, async (user) => {
      const resource = await pool.acquire()
      await field.work(user)
      await pool.release(resource)
    })
  }

export const cases: readonly Case[] = [
  {
    name: 'callbacks by event, as usual',
    library: 'node',
    expected: { right: 1, wrong: { work: 2 } },
    run: emitterPool((use) => use),
  },
  {
    name: 'callbacks by event, with bindSession',
    library: 'node',
    expected: { right: 3 },
    run: emitterPool(bindSession),
  },
  {
    name: 'await, as usual',
    library: 'node',
    expected: { right: 3 },
    async run(field) {
      const pool = new EmitterPool()
      await everybody(field, async (user) => {
        await pool.take()
        await field.work(user)
        pool.release()
      })
    },
  },
  {
    name: 'as usual',
    library: 'generic-pool',
    expected: { right: 3, wrong: { connect: 1 } },
    run: genericPool((connect) => connect),
  },
  {
    name: 'usingSession(null, …) in create',
    library: 'generic-pool',
    expected: { right: 4 },
    run: genericPool((connect) => () => usingSession(null, connect)),
  },
]
