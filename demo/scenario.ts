/** The users, their messages, and the four modes in which the same conversations run. */

export type Mode = 'usingSession' | 'threadId' | 'backfill' | 'without'

/** Every run has the same conversations, and passes `thread_id` to LangGraph. */
export const MODES: readonly { mode: Mode; label: string; title: string }[] = [
  { mode: 'usingSession', label: 'usingSession', title: 'usingSession in the handler' },
  {
    mode: 'threadId',
    label: 'thread_id only',
    title: "only LangChain's thread_id",
  },
  {
    mode: 'backfill',
    label: 'with backfill',
    title: "only LangChain's thread_id, with backfill",
  },
  { mode: 'without', label: 'without us', title: 'without otel-sessions' },
]

export const labelOf = (mode: Mode): string => MODES.find((known) => known.mode === mode)?.label ?? mode

export interface Conversation {
  user: string
  session: string
  /** The order in question; the model server tells the conversations apart by it, because it sees no session. */
  order: string
  turns: readonly string[]
}

const turnsAbout = (order: string) => [
  `Where is my order ${order}?`,
  'When will it arrive?',
  'Thank you, that is all.',
]

const ADA: Conversation = {
  user: 'Ada',
  session: 'user_123_conv_456',
  order: 'A-1042',
  turns: turnsAbout('A-1042'),
}

export const CONVERSATIONS: readonly Conversation[] = [
  ADA,
  { user: 'Lin', session: 'user_124_conv_789', order: 'B-2718', turns: turnsAbout('B-2718') },
  { user: 'Sam', session: 'user_125_conv_012', order: 'C-3141', turns: turnsAbout('C-3141') },
]

/** The request that the report and the picture show. */
export const SHOWN = { user: ADA.user, session: ADA.session, text: ADA.turns[0] ?? '', turn: 1 }

/** A client with invalid IDs: one in the conversation, one among a span's start attributes. */
export const GUEST = {
  conversation: 'invité_404_conv_001',
  order: 'D-4040',
  text: 'Where is order D-4040?',
  /** A token in place of the session ID. */
  feedbackSession: `token_${'0123456789abcdef'.repeat(15)}`,
} as const

/** IDs that must never reach a backend as `session.id`, and the reason that the ID rule gives. */
export const BAD_IDS: readonly { id: string; reason: string; what: string }[] = [
  { id: GUEST.conversation, reason: 'not-ascii', what: "the guest's conversation ID" },
  {
    id: GUEST.feedbackSession,
    reason: 'too-long',
    what: `the guest's second one, a token of ${GUEST.feedbackSession.length} characters`,
  },
]
