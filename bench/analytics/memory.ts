import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { sessionIdOf, turnOf } from './spans.ts'
import type { CountSpan } from './stores.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes in use after garbage collection: on the heap, and in typed arrays outside it. */
async function bytesInUse(): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 4; round++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    least = Math.min(least, heapUsed + arrayBuffers)
  }
  return least
}

/** Bytes a session, without and with its ID (which other code may reference as well). */
export async function bytesASession(
  make: () => CountSpan,
  sessions: number,
  turnsEach: number,
): Promise<{ readonly without: number; readonly withId: number }> {
  const users = Array.from({ length: 1_000 }, (_, user) => `user_${user}`)
  const fill = (count: CountSpan, ids: readonly string[] | undefined) => {
    for (let each = 0; each < sessions * turnsEach; each++) {
      const number = each % sessions
      const id = ids?.[number] ?? sessionIdOf(number)
      for (const span of turnOf(id, users[number % users.length] as string)) count(span)
    }
  }
  const measured = async (ids: readonly string[] | undefined) => {
    const count = make()
    // Tables of a fixed size exist from the first span on.
    for (const span of turnOf('warm', 'up')) count(span)
    const before = await bytesInUse()
    fill(count, ids)
    const after = await bytesInUse()
    count(turnOf('still', 'alive')[0] as never)
    return (after - before) / sessions
  }
  const ids = Array.from({ length: sessions }, (_, number) => sessionIdOf(number))
  const without = await measured(ids)
  ids.length = 0
  return { without, withId: await measured(undefined) }
}
