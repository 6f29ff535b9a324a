/** A request to a server of the documentation. */
export interface ProgramRequest {
  readonly path: string
  /** `GET` by default. */
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** The status of the answer, 200 by default. */
  readonly status?: number
}

/** What a whole program of the documentation must do, when `pnpm docs:check-code` runs it. */
export interface Program {
  /** Every span that arrives at the collector, as `scope: name`, by session. */
  readonly sessions: Readonly<Record<string, readonly string[]>>
  /** The spans that correctly have no session. */
  readonly none?: readonly string[]
  /** What it prints. */
  readonly prints?: readonly RegExp[]
  /** A text of its warnings; by default it must not warn. */
  readonly warns?: string
  /** Requests to its server, one after another. It then gets SIGTERM, when its spans have arrived. */
  readonly requests?: readonly ProgramRequest[]
  /** Other files of the page that belong to the program. */
  readonly with?: readonly string[]
  /** Beside the collector's endpoint and a model of OpenAI's protocol, which every program gets. */
  readonly env?: Readonly<Record<string, string>>
}

const quickStart: Program = {
  sessions: { user_123_conv_456: ['quick-start: answer', 'quick-start: look up'] },
}

/** It sends to the console. */
const printed: Program = {
  sessions: {},
  prints: [/name: 'look up'/, /name: 'answer'/, /('session\.id': 'user_123_conv_456'[\s\S]*){2}/],
}

/** It exports to memory, and prints the totals. */
const totals: Program = { sessions: {}, prints: [/^1 1500 0\.00125 0$/m] }

/** It calls the model, in a process with a preloaded set-up. */
const completion: Program = {
  sessions: {
    user_123_conv_456: ['openai: OpenAI Chat Completions'],
  },
  with: ['telemetry.mjs'],
}

/**
 * The programs, by page and by the file name in brackets. One that the page runs with several commands has an entry for
 * each, in order.
 */
export const PROGRAMS: Readonly<Record<string, Readonly<Record<string, Program | readonly Program[]>>>> = {
  'README.md': {
    'app.mjs': [printed, printed],
    'agent.mjs': completion,
  },
  'docs/guide/getting-started.md': {
    'app.mjs': quickStart,
    'app-sdk-3.mjs': quickStart,
    'agent.mjs': [printed, quickStart],
    'chat.mjs': completion,
    'server.mjs': quickStart,
  },
  'docs/guide/usage-and-cost.md': {
    'cost.mjs': totals,
  },
}
