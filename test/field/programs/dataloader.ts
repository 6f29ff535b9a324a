// Three users load a document each in one tick; DataLoader calls its batch function once, for all of them.
// Right: the batch's own spans have no session, because they belong to several users; each user's others have theirs.
import { createRequire } from 'node:module'
import { DataloaderInstrumentation } from '@opentelemetry/instrumentation-dataloader'
import { usingSession } from '@otel-sessions/processor'
import type DataLoader from 'dataloader'
import { type Case, type Field, NOBODY } from '../program.ts'

const require = createRequire(import.meta.url)

type Batch = DataLoader.BatchLoadFn<string, string>
type Options = DataLoader.Options<string, string>

const createLoader = (batch: Batch, options?: Options) => {
  const Loader = require('dataloader') as typeof DataLoader
  return new Loader(batch, options)
}

/** One loader for all users. */
const load =
  (wrap: (batch: Batch) => Batch, options?: Options) =>
  async ({ users, session, work, request }: Field): Promise<void> => {
    const batch: Batch = async (keys) => {
      await work(NOBODY, 'query')
      return keys
    }
    const loader = createLoader(wrap(batch), options)
    const handle = async (user: string) => {
      await loader.load(user)
      await work(user)
    }
    await Promise.all(
      users.map((user) => request(user, () => usingSession(session(user), () => handle(user)))),
    )
  }

/** A loader for each request. */
const loadByRequest = async ({ users, session, work, request }: Field): Promise<void> => {
  const handle = async (user: string) => {
    const loader = createLoader(async (keys) => {
      await work(user, 'query')
      return keys
    })
    await Promise.all([loader.load('one'), loader.load('two')])
    await work(user)
  }
  await Promise.all(users.map((user) => request(user, () => usingSession(session(user), () => handle(user)))))
}

const asItIs = (batch: Batch): Batch => batch

const withoutSession =
  (batch: Batch): Batch =>
  (keys) =>
    usingSession(null, () => batch(keys))

/** DataLoader's own schedule, which collects what is loaded in a tick, outside every session. */
const batchScheduleFn = (dispatch: () => void): void =>
  usingSession(null, () => {
    Promise.resolve().then(() => process.nextTick(dispatch))
  })

const IN_BATCH = 'usingSession(null, …) in the batch function'
const IN_SCHEDULE = 'usingSession(null, …) in batchScheduleFn'
const instrumented = {
  instrumentations: () => [new DataloaderInstrumentation()],
  owners: { 'dataloader.batch': NOBODY },
}

export const cases: readonly Case[] = [
  { name: 'as usual', expected: { right: 6, wrong: { query: 1 } }, run: load(asItIs) },
  { name: 'a loader for each request', expected: { right: 9 }, run: loadByRequest },
  { name: IN_BATCH, expected: { right: 7 }, run: load(withoutSession) },
  {
    name: `${IN_BATCH}, backfill`,
    backfill: true,
    expected: { right: 7 },
    run: load(withoutSession),
  },
  {
    name: `${IN_BATCH}, instrumented`,
    ...instrumented,
    expected: { right: 10, wrong: { 'dataloader.batch': 1 } },
    run: load(withoutSession),
  },
  {
    name: `${IN_SCHEDULE}, instrumented`,
    ...instrumented,
    expected: { right: 11 },
    run: load(asItIs, { batchScheduleFn }),
  },
  {
    name: `${IN_SCHEDULE}, instrumented, backfill`,
    ...instrumented,
    backfill: true,
    expected: { right: 11 },
    run: load(asItIs, { batchScheduleFn }),
  },
].map((one) => ({ library: 'dataloader', ...one }))
