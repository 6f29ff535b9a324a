// Each user's Observable is made in a session, and subscribed to outside, as a controller and its framework do it.
// Its source must be in the session, also through operators that are applied later; its subscribers keep their context.
import { bindSession, usingSession } from '@otel-sessions/processor'
import { concatMap, defer, firstValueFrom, lastValueFrom, map, Observable, take, timer } from 'rxjs'
import Zen from 'zen-observable'
import { type Case, type Field, NOBODY } from '../program.ts'

type Work = Field['work']
type Answer = {
  readonly source: Observable<number>
  readonly consume: (from: Observable<number>) => Promise<unknown>
}

const heard = (work: Work) => () => void work(NOBODY, 'subscriber')

/** Three parts of an answer, each with a span of its source. */
const answerOf = (user: string, work: Work) =>
  new Observable<number>((subscriber) => {
    void (async () => {
      for (let part = 0; part < 3; part++) {
        await work(user, 'source')
        subscriber.next(part)
      }
      subscriber.complete()
    })()
  })

const all = (from: Observable<number>, work: Work) =>
  new Promise<void>((complete, error) => {
    from.subscribe({ next: heard(work), error, complete })
  })

const ways: Record<string, { right: number; make: (user: string, work: Work) => Answer }> = {
  subscribe: {
    right: 18,
    make: (user, work) => ({ source: answerOf(user, work), consume: (from) => all(from, work) }),
  },
  'pipe and subscribe': {
    right: 27,
    make: (user, work) => ({
      source: answerOf(user, work),
      consume: (from) =>
        all(
          from.pipe(
            map((part) => {
              void work(NOBODY, 'operator')
              return part
            }),
          ),
          work,
        ),
    }),
  },
  lastValueFrom: {
    right: 9,
    make: (user, work) => ({ source: answerOf(user, work), consume: lastValueFrom }),
  },
  forEach: {
    right: 18,
    make: (user, work) => ({ source: answerOf(user, work), consume: (from) => from.forEach(heard(work)) }),
  },
  'firstValueFrom of a deferred Promise': {
    right: 3,
    make: (user, work) => ({
      source: defer(() => work(user, 'source').then(() => 1)),
      consume: firstValueFrom,
    }),
  },
  'a timer, left early': {
    right: 6,
    make: (user, work) => ({
      source: timer(0, 1).pipe(
        concatMap(async (part) => {
          if (part < 2) await work(user, 'source')
          return part
        }),
      ),
      consume: (from) => lastValueFrom(from.pipe(take(3))),
    }),
  },
}

const bound = [
  [
    'returned from usingSession',
    <T extends object>(made: () => T, field: Field, user: string) => usingSession(field.session(user), made),
  ],
  [
    'returned from an async fn',
    <T extends object>(made: () => T, field: Field, user: string) =>
      usingSession(field.session(user), async () => made()),
  ],
  [
    'bound with bindSession',
    <T extends object>(made: () => T, field: Field, user: string) => bindSession(made(), field.session(user)),
  ],
] as const

const ofRxjs: Case[] = Object.entries(ways).flatMap(([how, { right, make }]) =>
  bound.map(([name, bind]) => ({
    name: `${name}, consumed by ${how}`,
    library: 'rxjs',
    folder: 'lazy',
    expected: { right },
    async run(field) {
      await Promise.all(
        field.users.map(async (user) => {
          const { source, consume } = make(user, field.work)
          await consume(await bind(() => source, field, user))
        }),
      )
      await new Promise(setImmediate)
    },
  })),
)

const ofZen: Case[] = bound.map(([name, bind]) => ({
  name: `${name}, mapped and consumed by forEach`,
  library: 'zen-observable',
  folder: 'lazy',
  expected: { right: 9 },
  async run(field) {
    const { users, work } = field
    await Promise.all(
      users.map(async (user) => {
        const make = () =>
          new Zen<number>((observer) => {
            void (async () => {
              await work(user, 'source')
              observer.next(1)
              observer.complete()
            })()
          })
        const made = await bind(make, field, user)
        const mapped = made.map((value: number) => {
          void work(NOBODY, 'operator')
          return value
        })
        await mapped.forEach(() => void work(NOBODY, 'subscriber'))
      }),
    )
    await new Promise(setImmediate)
  },
}))

export const cases: readonly Case[] = [...ofRxjs, ...ofZen]
