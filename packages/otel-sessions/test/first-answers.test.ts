// What the application's function answers first, in the middleware for Connect, which has nothing but the core.
import { sessions } from 'otel-sessions/express'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'
import { problems } from '../src/problems.ts'
import { deferred } from './support.ts'

let warnings: string[]

beforeEach(() => {
  warnings = collectWarnings()
  startTracing()
})
afterEach(stopTracing)

/** Sends a request for each answer, one after the other. */
async function answer(...answers: unknown[]): Promise<void> {
  const rest = [...answers]
  const middleware = sessions({ session: () => rest.shift() as undefined })
  for (const _ of answers) {
    const handled = deferred<void>()
    middleware({}, {}, () => handled.resolve())
    await handled.promise
  }
}

const nothing = (count: number) => Array.from({ length: count }, () => undefined)
/** How often it was found; it is logged once in a process. */
const counted = () => problems.counts()['request:no-session'] ?? 0

test('ten times undefined is logged once, with the helper and the remedy', async () => {
  await answer(...nothing(30))
  expect(warnings).toEqual([
    expect.stringMatching(
      /otel-sessions\/express: the option session .* Return the conversation of the signed-in user/,
    ),
  ])
})

test('promises of undefined count, too', async () => {
  const before = counted()
  await answer(...nothing(10).map(async () => undefined))
  expect(counted()).toBe(before + 1)
})

test.each([
  ['fewer are no problem', nothing(9)],
  ['one session is enough', [...nothing(9), 'user_a_conv', ...nothing(20)]],
  ['null is an answer', [null, ...nothing(20)]],
])('%s', async (_, answers) => {
  const before = counted()
  await answer(...answers)
  expect(counted()).toBe(before)
})
