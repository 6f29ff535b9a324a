import { usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, sessionsOf, useTelemetry, work } from './support.ts'

useTelemetry()

/** Unhandled rejections during `run` and the work that it started. */
async function unhandledDuring(run: () => Promise<void>): Promise<unknown[]> {
  const unhandled: unknown[] = []
  const listen = (reason: unknown) => unhandled.push(reason)
  // Only ours may hear of it: the one of the test runner would fail the run.
  const others = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', listen)
  try {
    await run()
    // Node reports them after the microtasks of the turn.
    await new Promise(setImmediate)
  } finally {
    process.removeAllListeners('unhandledRejection')
    for (const other of others) process.on('unhandledRejection', other)
  }
  return unhandled
}

describe('what fn starts and does not wait for', () => {
  test('has its work in the session: a timer, an immediate, a callback of a Promise', async () => {
    const done = usingSession(A, () => [
      new Promise((resolve) => setTimeout(() => resolve(work('timer')), 0)),
      new Promise((resolve) => setImmediate(() => resolve(work('immediate')))),
      Promise.resolve().then(() => work('then')),
    ])
    await Promise.all(done)
    expect(['timer', 'immediate', 'then'].map((name) => sessionsOf(name))).toEqual([[A], [A], [A]])
  })
})

describe('a native Promise with its own methods, like ky’s', () => {
  test('comes back as the same object, with its methods', async () => {
    const made = Object.assign(Promise.resolve('body'), { json: () => ({ ok: true }) })
    const same = usingSession(A, () => made)
    expect(same).toBe(made)
    expect(same.json()).toEqual({ ok: true })
    expect(await same).toBe('body')
  })
})

describe('a native Promise that fn returns', () => {
  test('comes back as a native Promise of the same value', async () => {
    const answer = { text: 'hello' }
    const promise = usingSession(A, async () => answer)
    expect(Object.getPrototypeOf(promise)).toBe(Promise.prototype)
    expect(await promise).toBe(answer)
  })

  test('has its work in the session, before and after an await', async () => {
    await usingSession(A, async () => {
      work('before')
      await Promise.resolve()
      work('after')
    })
    expect([...sessionsOf('before'), ...sessionsOf('after')]).toEqual([A, A])
  })

  test('leaves the work after an await in the awaiting context', async () => {
    await usingSession(A, async () => {})
    work('after')
    await usingSession(B, async () => {
      await usingSession(A, async () => {})
      work('after')
    })
    expect(sessionsOf('after')).toEqual([undefined, B])
  })

  test('rejects with the error of fn', async () => {
    const failure = new Error('model is down')
    await expect(
      usingSession(A, async () => {
        throw failure
      }),
    ).rejects.toBe(failure)
  })

  test('rejects once: who handles what comes back has handled it', async () => {
    const caught: unknown[] = []
    const unhandled = await unhandledDuring(async () => {
      await usingSession(A, () => Promise.reject(new Error('model is down'))).catch((error) =>
        caught.push(error),
      )
    })
    expect(caught).toHaveLength(1)
    expect(unhandled).toEqual([])
  })

  test('is reported once if it is unhandled', async () => {
    const failure = new Error('model is down')
    const unhandled = await unhandledDuring(async () => {
      void usingSession(A, () => Promise.reject(failure))
    })
    expect(unhandled).toEqual([failure])
  })
})

describe('a Promise of a subclass that fn returns', () => {
  class Job extends Promise<string> {
    readonly id = 'job_1'
  }

  test('comes back untouched, as the same object', async () => {
    const job = new Job((resolve) => resolve('done'))
    const same = usingSession(A, () => job)
    expect(same).toBe(job)
    expect(Reflect.ownKeys(same)).toEqual(['id'])
    expect(await same).toBe('done')
  })

  test('is reported once if it rejects and is unhandled', async () => {
    const failure = new Error('model is down')
    const unhandled = await unhandledDuring(async () => {
      void usingSession(A, () => new Job((_, reject) => reject(failure)))
    })
    expect(unhandled).toEqual([failure])
  })
})

describe('a foreign thenable that fn returns', () => {
  function query() {
    const calls: string[] = []
    const thenable = {
      calls,
      // biome-ignore lint/suspicious/noThenProperty: query builders have it
      then(resolve: (rows: number) => void) {
        calls.push('then')
        work('query')
        resolve(3)
      },
    }
    return thenable
  }

  test('comes back as the same object, and is not started', () => {
    const lazy = query()
    expect(usingSession(A, () => lazy)).toBe(lazy)
    expect(lazy.calls).toEqual([])
  })

  test('starts once, when it is awaited', async () => {
    const lazy = usingSession(A, query)
    expect(await lazy).toBe(3)
    expect(lazy.calls).toEqual(['then'])
  })

  test('runs in the session when it is awaited inside fn, and when it is not', async () => {
    await usingSession(A, query)
    await usingSession(A, async () => await query())
    expect(sessionsOf('query')).toEqual([A, A])
  })

  test('keeps its own result when it is a native Promise with a then of its own', () => {
    // biome-ignore lint/suspicious/noThenProperty: it is what the test is about
    const promise = Object.assign(Promise.resolve(1), { then: () => 'mine' })
    expect(usingSession(A, () => promise)).toBe(promise)
    expect(promise.then()).toBe('mine')
  })
})
