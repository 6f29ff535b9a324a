import { ATTR_OVERWRITTEN_ID, ATTR_SESSION_ID } from '@otel-sessions/semconv'
import { expect, test } from 'vitest'
import { judgeTen, splitTen } from './concurrency.ts'
import { TEN, type TenthUser } from './conversations.ts'
import { span } from './sample-runs.ts'

const [ADA, LIN] = TEN as [TenthUser, TenthUser]
const NONE = { right: 0, missing: 0, wrong: 0 }

/** The server's span of a user's first turn. */
const server = ({ user }: TenthUser, attributes: Record<string, unknown> = {}) =>
  span('server', `trace of ${user}`, undefined, { 'url.path': `/${user}-1`, ...attributes })

/** A span of the same trace. */
const inner = ({ user }: TenthUser, attributes: Record<string, unknown>) =>
  span('llm', `trace of ${user}`, undefined, { parent: 'server', ...attributes })

function judge(spans: Partial<Record<'after' | 'scope', ReturnType<typeof span>[]>>, beyondScope?: string) {
  const { after = [], scope = [] } = spans
  return judgeTen({ after: splitTen(after), scope: splitTen(scope) }, beyondScope)
}

test("spans are right with their own request's session, missing without one, and wrong with another's", () => {
  const { counts, wrong } = judge({
    after: [
      server(ADA, { [ATTR_SESSION_ID]: ADA.sessionId }),
      inner(ADA, { [ATTR_SESSION_ID]: LIN.sessionId }),
      server(LIN),
    ],
  })
  expect(counts.oneTick.alone).toEqual({ right: 1, missing: 1, wrong: 1 })
  expect(counts.oneTick.scope).toEqual(NONE)
  expect(counts.inSequence).toEqual({ alone: NONE, scope: NONE })
  expect(wrong).toEqual(['after, ten users, oneTick: another session on llm (made)'])
})

test('turns directly after one another are counted separately', () => {
  const last = span('server', 'last', undefined, { 'url.path': `/${ADA.user}-3` })
  expect(judge({ scope: [last] }).counts.inSequence.scope).toEqual({ ...NONE, missing: 1 })
})

test("in a scope, the framework's own session is wrong, unless the row gives a reason", () => {
  const scope = [server(ADA, { [ATTR_SESSION_ID]: ADA.sessionId })]
  expect(judge({ scope }).counts.oneTick.scope).toEqual({ ...NONE, wrong: 1 })
  expect(judge({ scope }, 'because').counts.oneTick.scope).toEqual({ ...NONE, right: 1 })
})

test("in a scope, another user's session is wrong, even if the row gives a reason", () => {
  const scope = [server(ADA, { [ATTR_SESSION_ID]: LIN.outerSessionId })]
  expect(judge({ scope }, 'because').counts.oneTick.scope).toEqual({ ...NONE, wrong: 1 })
})

test('a span in the trace of another user belongs to the user whose order it mentions', () => {
  const input = { 'input.value': `Where is my order ${LIN.order}?` }
  const scope = [
    server(ADA, { [ATTR_SESSION_ID]: ADA.outerSessionId }),
    inner(ADA, { ...input, [ATTR_SESSION_ID]: ADA.outerSessionId }),
  ]
  expect(judge({ scope }).counts.oneTick.scope).toEqual({ right: 1, missing: 0, wrong: 1 })
})

test("another user's ID that is kept as overwritten is wrong", () => {
  const overwritten = { [ATTR_SESSION_ID]: ADA.outerSessionId, [ATTR_OVERWRITTEN_ID]: LIN.sessionId }
  expect(judge({ scope: [server(ADA, overwritten)] }).counts.oneTick.scope).toEqual({ ...NONE, wrong: 1 })
})

test("the traces of the ten users are separated from the others, also without a server's span", () => {
  const apart = span('agent', 'apart', undefined, { 'mastra.metadata.testTurn': `${ADA.user}-1` })
  const other = span('server', 'other', undefined, { 'url.path': '/ada-1' })
  expect(splitTen([server(ADA), inner(ADA, {}), apart, other])).toEqual({
    spans: [other],
    ofTen: [server(ADA), inner(ADA, {}), apart],
  })
})
