import { type Context, context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { usingSession } from '@otel-sessions/processor'
import { cost } from './figures.ts'
import { FLOOR_KEY } from './floors.ts'
import { interleave, type Variant } from './interleave.ts'
import type { Row } from './row.ts'
import { MANY_IDS, RICH_SESSION } from './session.ts'

const CALLS_PER_CHUNK = 500

type Session = Parameters<typeof usingSession>[0]

const MANY_SESSIONS = MANY_IDS.map((sessionId) => ({ ...RICH_SESSION, sessionId }))

const eightKeys = () => {
  let carrying = ROOT_CONTEXT
  for (let key = 0; key < 8; key++) carrying = carrying.setValue(createContextKey(`bench.key.${key}`), key)
  return carrying
}

const CASES = [
  {
    name: 'entering, ID only, empty context',
    outer: ROOT_CONTEXT,
    sessions: MANY_IDS,
  },
  { name: 'entering, ID only, 8 keys', outer: eightKeys(), sessions: MANY_IDS },
  {
    name: 'entering, rich, empty context',
    outer: ROOT_CONTEXT,
    sessions: MANY_SESSIONS,
  },
  { name: 'entering, rich, 8 keys', outer: eightKeys(), sessions: MANY_SESSIONS },
] as const

let calls = 0
const noop = () => {
  calls++
}

/** Entering and leaving a scope around a function that does nothing, beside `context.with(setValue)`. */
export async function measureEntering(rounds: number): Promise<Row[]> {
  const rows: Row[] = []
  for (const { name, outer, sessions } of CASES) {
    const samples = await interleave(
      [
        entering('floor', outer, sessions, (session) =>
          context.with(context.active().setValue(FLOOR_KEY, session), noop),
        ),
        entering('ours', outer, sessions, (session) => usingSession(session, noop)),
      ],
      rounds,
    )
    rows.push({ name, ours: cost(samples, 'ours'), floor: cost(samples, 'floor') })
  }
  if (calls === 0) throw new Error('nothing was run')
  return rows
}

function entering(
  name: string,
  outer: Context,
  sessions: readonly Session[],
  enter: (session: Session) => void,
): Variant {
  const loop = () => {
    for (let call = 0; call < CALLS_PER_CHUNK; call++) enter(sessions[call % sessions.length] as Session)
  }
  return { name, operations: CALLS_PER_CHUNK, run: () => context.with(outer, loop) }
}
