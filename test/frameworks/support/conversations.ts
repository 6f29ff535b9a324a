import type { Turn } from '../program.ts'
import type { Round, RoundOrder, TurnRequest } from './rounds.ts'

/** The users: each has one session, and one order. */
const USERS = [
  { user: 'ada', sessionId: 'user_123_conv_456', order: 'A-1042' },
  { user: 'lin', sessionId: 'user_124_conv_789', order: 'B-2718' },
] as const

/** A turn, and the words that its answer must contain, by which two users' answers are told apart. */
interface Question {
  readonly turn: Turn
  readonly mentions: readonly string[]
}

/** The rounds of two turns at the same time, which every run has. */
const PAIRS: readonly (readonly Question[])[] = [
  USERS.map(({ user, sessionId, order }) => ({
    turn: { user, sessionId, turn: `${user}-1`, text: `Where is my order ${order}?`, stream: false },
    mentions: [order, 'on the van'],
  })),
  USERS.map(({ user, sessionId, order }) => ({
    turn: { user, sessionId, turn: `${user}-2`, text: `Thank you for looking after ${order}.`, stream: true },
    mentions: [order],
  })),
]

/** The session of the scope around a user's turns, which always differs from the one passed to the framework. */
export const outerSessionOf = (user: string): string => `outer_${user}`

/** The session of each turn that the application passes to the framework. */
export const SESSIONS: Readonly<Record<string, string>> = Object.fromEntries(
  PAIRS.flat().map(({ turn }) => [turn.turn, turn.sessionId]),
)

/** The session of the scope around each turn. */
export const OUTER_SESSIONS: Readonly<Record<string, string>> = Object.fromEntries(
  PAIRS.flat().map(({ turn }) => [turn.turn, outerSessionOf(turn.user)]),
)

/** One of ten users whose requests are answered in one tick; the order is mentioned in nobody else's requests. */
export interface TenthUser {
  readonly user: string
  readonly sessionId: string
  readonly outerSessionId: string
  readonly order: string
}

export const TEN: readonly TenthUser[] = Array.from({ length: 10 }, (_, index) => {
  const user = `user${index}`
  return {
    user,
    sessionId: `user_${500 + index}_conv_${800 + index}`,
    outerSessionId: outerSessionOf(user),
    order: `C-${3000 + index}`,
  }
})

/** The rounds of the ten users: with a tool, streamed, and with a tool again, directly after one another. */
const TEN_ROUNDS: readonly { readonly order: RoundOrder; readonly questions: readonly Question[] }[] = [
  {
    order: 'oneTick',
    questions: TEN.map(({ user, sessionId, order }) => ({
      turn: { user, sessionId, turn: `${user}-1`, text: `Where is my order ${order}?`, stream: false },
      mentions: [order, 'on the van'],
    })),
  },
  {
    order: 'oneTick',
    questions: TEN.map(({ user, sessionId, order }) => ({
      turn: {
        user,
        sessionId,
        turn: `${user}-2`,
        text: `Thank you for looking after ${order}.`,
        stream: true,
      },
      mentions: [order],
    })),
  },
  {
    order: 'inSequence',
    questions: TEN.map(({ user, sessionId, order }) => ({
      turn: { user, sessionId, turn: `${user}-3`, text: `Where is my order ${order}?`, stream: false },
      mentions: [order, 'on the van'],
    })),
  },
]

/** The ten users' turns: whose, and how they are run. */
export const TEN_TURNS: ReadonlyMap<string, { readonly user: TenthUser; readonly order: RoundOrder }> =
  new Map(
    TEN_ROUNDS.flatMap(({ order, questions }) =>
      questions.map(({ turn }, index) => [turn.turn, { user: TEN[index] as TenthUser, order }] as const),
    ),
  )

/** Sends the turns of a round concurrently; a round begins after the answers of the previous one. */
export async function converse(appUrl: string, withTen: boolean): Promise<void> {
  for (const round of PAIRS) await Promise.all(round.map((question) => ask(appUrl, question)))
  if (!withTen) return
  for (const { order, questions } of TEN_ROUNDS) {
    const round = { order, size: questions.length }
    await Promise.all(questions.map((question) => ask(appUrl, question, round)))
  }
}

async function ask(appUrl: string, { turn, mentions }: Question, round?: Round): Promise<void> {
  const body = JSON.stringify({ turn, round } satisfies TurnRequest)
  // The path tells which trace is the turn's.
  const response = await fetch(`${appUrl}/${turn.turn}`, { method: 'POST', body })
  const text = await response.text()
  if (!response.ok) throw new Error(`turn ${turn.turn} was answered with ${response.status}: ${text}`)
  const missing = mentions.filter((word) => !text.includes(word))
  if (missing.length > 0)
    throw new Error(`the answer to ${turn.turn} lacks "${missing.join('", "')}": ${text}`)
}
