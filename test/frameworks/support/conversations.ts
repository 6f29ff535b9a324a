import type { Turn } from '../program.ts'

/** Who talks: each user has one session, and one order to ask for. */
const USERS = [
  { user: 'ada', sessionId: 'user_123_conv_456', order: 'A-1042' },
  { user: 'lin', sessionId: 'user_124_conv_789', order: 'B-2718' },
] as const

/** A turn, and what its answer must mention: answers of two users are never mistaken for each other. */
interface Question {
  readonly turn: Turn
  readonly mentions: readonly string[]
}

/** What is asked at the same time, round after round. */
const ROUNDS: readonly (readonly Question[])[] = [
  USERS.map(({ user, sessionId, order }) => ({
    turn: { user, sessionId, turn: `${user}-1`, text: `Where is my order ${order}?`, stream: false },
    mentions: [order, 'on the van'],
  })),
  USERS.map(({ user, sessionId, order }) => ({
    turn: { user, sessionId, turn: `${user}-2`, text: `Thank you for looking after ${order}.`, stream: true },
    mentions: [order],
  })),
]

/** Each turn and its session, as the application is told to pass it to the framework. */
export const SESSIONS: Readonly<Record<string, string>> = Object.fromEntries(
  ROUNDS.flat().map(({ turn }) => [turn.turn, turn.sessionId]),
)

/** The session of the scope around a user's turns, which is never the one that the framework is passed. */
export const outerSessionOf = (user: string): string => `outer_${user}`

/** Each turn and the session of the scope around it. */
export const OUTER_SESSIONS: Readonly<Record<string, string>> = Object.fromEntries(
  ROUNDS.flat().map(({ turn }) => [turn.turn, outerSessionOf(turn.user)]),
)

/** Asks all of a round at once; a round begins when the one before is answered. */
export async function converse(appUrl: string): Promise<void> {
  for (const round of ROUNDS) await Promise.all(round.map((question) => ask(appUrl, question)))
}

async function ask(appUrl: string, { turn, mentions }: Question): Promise<void> {
  const response = await fetch(appUrl, { method: 'POST', body: JSON.stringify(turn) })
  const text = await response.text()
  if (!response.ok) throw new Error(`turn ${turn.turn} was answered with ${response.status}: ${text}`)
  const missing = mentions.filter((word) => !text.includes(word))
  if (missing.length > 0)
    throw new Error(`the answer to ${turn.turn} lacks "${missing.join('", "')}": ${text}`)
}
