import type { Turn } from '../program.ts'

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

/** The rounds of concurrent turns. */
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

/** The session of each turn that the application passes to the framework. */
export const SESSIONS: Readonly<Record<string, string>> = Object.fromEntries(
  ROUNDS.flat().map(({ turn }) => [turn.turn, turn.sessionId]),
)

/** The session of the scope around a user's turns, which always differs from the one passed to the framework. */
export const outerSessionOf = (user: string): string => `outer_${user}`

/** The session of the scope around each turn. */
export const OUTER_SESSIONS: Readonly<Record<string, string>> = Object.fromEntries(
  ROUNDS.flat().map(({ turn }) => [turn.turn, outerSessionOf(turn.user)]),
)

/** Sends the turns of a round concurrently; a round begins after the answers of the previous one. */
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
