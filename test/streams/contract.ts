// What a user gets for every shape of stream that is bound in place; one contract, played to each shape.

import { usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, distinctSessionsOf, exported, inScopeWithoutBinding, sessionsOf, work } from './support.ts'
import type { Step } from './table/cell.ts'

export interface Shape<T extends object> {
  /** The stream and how it is consumed. */
  readonly name: string
  /** Creates the stream. Its body creates spans named `body`; if it is ended early, one named `cleanup`. */
  readonly make: () => T | Promise<T>
  /** Consumes the stream, and calls `each` in the loop body; ends it early if `each` returns 'stop'. */
  readonly consume: (stream: T, each: () => Step) => void | Promise<void>
  /** false: ending it early runs nothing of the body. */
  readonly cleansUp?: boolean
  /** true: its work starts in the scope and continues there, so it keeps its session without binding. */
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
    test('is the same object that fn returned, of its class', async () => {
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

    test('keeps the session of the scope that created it if it is consumed outside', async () => {
      const stream = await usingSession(A, make)
      await consume(stream, goOn)
      expect(distinctSessionsOf('body')).toEqual([A])
    })

    test('keeps it if the Promise of an async fn resolves to it', async () => {
      const stream = await usingSession(A, async () => await make())
      await consume(stream, goOn)
      expect(distinctSessionsOf('body')).toEqual([A])
    })

    test('keeps it if it is consumed in the scope of another session', async () => {
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

    test('has no session if none was set', async () => {
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
    test('cleans up in its session if the consumer leaves early', async () => {
      const stream = await usingSession(A, make)
      await usingSession(B, async () => consume(stream, () => 'stop'))
      await exported('cleanup')
      expect(sessionsOf('cleanup')).toEqual([A])
    })
  })
}
