// Three users ask a cache for the same document at once; the cache loads it once, for all of them.
// Right: the load has no session, because it belongs to several users; each user's own work has theirs.
import { usingSession } from '@otel-sessions/processor'
import { LRUCache } from 'lru-cache'
import { type Case, type Field, NOBODY } from '../program.ts'

type Load = () => Promise<string>

const run =
  (wrap: (load: Load) => Load) =>
  async ({ users, session, work }: Field): Promise<void> => {
    const fetchMethod = wrap(async () => {
      await work(NOBODY, 'load')
      return 'a document'
    })
    const cache = new LRUCache<string, string>({ max: 10, fetchMethod })
    const ask = async (user: string) => {
      await cache.fetch('document')
      await work(user)
    }
    await Promise.all(users.map((user) => usingSession(session(user), () => ask(user))))
  }

export const cases: readonly Case[] = [
  {
    name: 'as usual',
    library: 'lru-cache',
    expected: { right: 3, wrong: { load: 1 } },
    run: run((load) => load),
  },
  {
    name: 'usingSession(null, …) in fetchMethod',
    library: 'lru-cache',
    expected: { right: 4 },
    run: run((load) => () => usingSession(null, load)),
  },
]
