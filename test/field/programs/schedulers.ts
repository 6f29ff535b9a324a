// Three users call a model each, in their sessions, at once, by a library that keeps callbacks in a list of its own.
// Right: each call has the session of its user.
import { bindSession, usingSession } from '@otel-sessions/processor'
import asap from 'asap'
import Bluebird from 'bluebird'
import ThenPromise from 'promise'
import Q from 'q'
import RSVP from 'rsvp'
import {
  asapScheduler,
  asyncScheduler,
  lastValueFrom,
  type ObservableInput,
  observeOn,
  of,
  queueScheduler,
} from 'rxjs'
import { map } from 'rxjs/operators'
import type { Case, Expected, Field } from '../program.ts'

type Work = () => Promise<void>
type Run = (work: Work) => PromiseLike<unknown>

const anothers: Expected = { right: 1, wrong: { work: 2 } }
const right: Expected = { right: 3 }

const everybody = async ({ users, session, work }: Field, run: Run) => {
  await Promise.all(users.map((user) => usingSession(session(user), () => run(() => work(user)))))
}

const promises: Record<string, () => PromiseLike<unknown>> = {
  bluebird: () => Bluebird.resolve(),
  q: () => Q(),
  rsvp: () => RSVP.resolve(),
  promise: () => ThenPromise.resolve(undefined),
}

const promiseCases = Object.entries(promises).flatMap(([library, resolve]): Case[] => [
  {
    name: 'then',
    library,
    expected: anothers,
    run: (field) => everybody(field, (work) => resolve().then(work)),
  },
  {
    name: 'then with bindSession',
    library,
    expected: right,
    run: (field) => everybody(field, (work) => resolve().then(bindSession(work))),
  },
  {
    name: 'await',
    library,
    expected: right,
    run: (field) =>
      everybody(field, async (work) => {
        await resolve()
        await work()
      }),
  },
])

const scheduled =
  (
    scheduler: typeof asapScheduler | typeof asyncScheduler,
    bind: (work: Work) => Work = (work) => work,
  ): Run =>
  (work) => {
    const bound = bind(work)
    const toWork = map((): ObservableInput<void> => bound())
    return lastValueFrom(of(1).pipe(observeOn(scheduler), toWork)).then((done) => done as Promise<void>)
  }

const asapped =
  (bind: (job: () => void) => () => void): Run =>
  (work) =>
    new Promise<void>((resolve) => asap(bind(() => void work().then(resolve))))

export const cases: readonly Case[] = [
  ...promiseCases,
  {
    name: 'then with asyncHooks',
    library: 'bluebird',
    expected: right,
    run(field) {
      Bluebird.config({ asyncHooks: true })
      return everybody(field, (work) => Bluebird.resolve().delay(1).then(work))
    },
  },
  {
    name: 'as usual',
    library: 'asap',
    expected: anothers,
    run: (field) =>
      everybody(
        field,
        asapped((job) => job),
      ),
  },
  {
    name: 'with bindSession',
    library: 'asap',
    expected: right,
    run: (field) => everybody(field, asapped(bindSession)),
  },
  {
    name: 'asapScheduler',
    library: 'rxjs',
    expected: anothers,
    run: (field) => everybody(field, scheduled(asapScheduler)),
  },
  {
    name: 'asapScheduler and bindSession',
    library: 'rxjs',
    expected: right,
    run: (field) => everybody(field, scheduled(asapScheduler, bindSession)),
  },
  {
    name: 'asyncScheduler',
    library: 'rxjs',
    expected: right,
    run: (field) => everybody(field, scheduled(asyncScheduler)),
  },
  {
    name: 'queueScheduler',
    library: 'rxjs',
    expected: right,
    run: (field) => everybody(field, scheduled(queueScheduler)),
  },
]
