// What a user gets for every shape of stream that is bound in place; one contract, played to each shape.

import { usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, distinctSessionsOf, exported, inScopeWithoutBinding, sessionsOf, work } from './support.ts'
import type { Step } from './table/cell.ts'

export interface Shape<T extends object> {
  /** The stream and how it is consumed. */
  readonly name: string
  /** Makes the stream. Its body makes spans called `body`; when it is ended early, one called `cleanup`. */
  readonly make: () => T | Promise<T>
  /** Consumes the stream, calling `each` in the loop body; ends it early when `each` says so. */
  readonly consume: (stream: T, each: () => Step) => void | Promise<void>
  /** false: ending it early runs nothing of the body. */
  readonly cleansUp?: boolean
  /** true: its work starts in the scope and goes on there, so that binding is not what keeps it. */
  readonly keptByItself?: boolean
}

const goOn = (): Step => 'go on'

function loopBody(): Step {
  work('loop')
  return 'go on'
}

export function keepsItsSession<T extends object>(shape: Shape<T>): void {
  const { make, consume, cleansUp = true, keptByItself = false } = shape

  describe(shape.name, () => {
    test('comes back as the very object that fn made, of its class', async () => {
      const made: { stream?: T; prototype?: unknown } = {}
      const stream = await usingSession(A, async () => {
        made.stream = await make()
        made.prototype = Object.getPrototypeOf(made.stream)
        return made.stream
      })
      expect(stream).toBe(made.stream)
      expect(Object.getPrototypeOf(stream)).toBe(made.prototype)
      await consume(stream, goOn)
    })

    test('keeps the session of the scope that made it, when it is consumed outside', async () => {
      const stream = await usingSession(A, make)
      await consume(stream, goOn)
      expect(distinctSessionsOf('body')).toEqual([A])
    })

    test('keeps it when the Promise of an async fn resolves to it', async () => {
      const stream = await usingSession(A, async () => await make())
      await consume(stream, goOn)
      expect(distinctSessionsOf('body')).toEqual([A])
    })

    test('keeps it when it is consumed in the scope of another session', async () => {
      const stream = await usingSession(A, make)
      await usingSession(B, async () => consume(stream, goOn))
      expect(distinctSessionsOf('body')).toEqual([A])
    })

    test(`${keptByItself ? 'would keep' : 'would lose'} its session in a scope that binds nothing`, async () => {
      const stream = await inScopeWithoutBinding(A, make)
      await consume(stream, goOn)
      const sessions = sessionsOf('body')
      if (keptByItself) expect(new Set(sessions)).toEqual(new Set([A]))
      else expect(sessions).toContain(undefined)
    })

    test('has no session when nobody named one', async () => {
      await consume(await make(), goOn)
      expect(distinctSessionsOf('body')).toEqual([undefined])
    })

    test('leaves the loop body of its consumer without a session', async () => {
      const stream = await usingSession(A, make)
      await consume(stream, loopBody)
      expect(distinctSessionsOf('loop')).toEqual([undefined])
    })

    test('leaves the loop body of its consumer in the session of the consumer', async () => {
      const stream = await usingSession(A, make)
      await usingSession(B, async () => consume(stream, loopBody))
      expect(distinctSessionsOf('loop')).toEqual([B])
    })

    if (!cleansUp) return
    test('cleans up in its session when the consumer leaves early', async () => {
      const stream = await usingSession(A, make)
      await usingSession(B, async () => consume(stream, () => 'stop'))
      await exported('cleanup')
      expect(sessionsOf('cleanup')).toEqual([A])
    })
  })
}
