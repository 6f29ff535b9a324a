/**
 * The cases: what the user says, and what the provider answers. A provider's server renders the replies in its protocol
 * and its way of counting; a family's program asks as its library's documentation says.
 */
/** A usage, whatever the provider's own way of counting. Parts that are missing are 0. */
export interface ProviderUsage {
  /** All input tokens: those that were read from and written to a cache and tool-use prompts included. */
  readonly input: number
  /** Of the input: read from a cache. */
  readonly cacheRead?: number
  /** Of the input: written to a cache for five minutes (or for the provider's only lifetime). */
  readonly cacheWrite?: number
  /** Of the input: written to a cache for an hour. */
  readonly cacheWriteHour?: number
  /** Of the input: what the results of the provider's own tools were (Google's `toolUsePromptTokenCount`). */
  readonly toolUsePrompt?: number
  /** All output tokens, reasoning included. */
  readonly output: number
  /** Of the output: reasoning. */
  readonly reasoning?: number
}

/** A call of a tool that the model asks for. */
export interface ToolCall {
  readonly name: 'get_order' | 'get_weather'
  readonly arguments: Readonly<Record<string, string>>
}

/** One answer of the model. */
export interface Reply {
  readonly text?: string
  readonly reasoning?: string
  readonly toolCalls?: readonly ToolCall[]
  readonly usage: ProviderUsage
  /** An HTTP error in place of an answer: 429 and no retry helps. */
  readonly error?: number
  /** A stream that sends its first words, without usage, and then nothing until the client goes away. */
  readonly hangs?: boolean
}

/** A conversation. */
export interface Case {
  /** What the case shows, in one sentence. */
  readonly shows: string
  /** What the user says, turn by turn. Each turn is a trace of its own; each repeats the history before it. */
  readonly turns: readonly string[]
  /** The answers, in the order of the calls. The last one is repeated. */
  readonly replies: readonly Reply[]
}

/** The system prompt of all cases. */
export const SYSTEM = 'You are the assistant of a bookshop. Answer in one sentence.'

/** What the tools return: `get_order`, `get_weather`. */
export const TOOL_RESULTS = {
  get_order: { order: 'A-1042', status: 'shipped', city: 'Lisbon' },
  get_weather: { city: 'Lisbon', sky: 'clear', celsius: 21 },
} as const

/** A red PNG of one pixel, as the image case sends it. */
export const IMAGE_PNG_BASE64 =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=='

/** What a compacting application says in place of the turns that it removes from the history (a system or user message). */
export const SUMMARY =
  'Summary of the conversation so far: the user asked for order A-1042, which was shipped to Lisbon.'

const ASK_ORDER = 'Where is my order A-1042?'
const SHIPPED = 'Your order A-1042 was shipped to Lisbon.'

/** All cases, by name. */
export const CASES = {
  'one-turn': {
    shows: 'one question and one answer',
    turns: [ASK_ORDER],
    replies: [{ text: SHIPPED, usage: { input: 1021, output: 57 } }],
  },
  'three-turns': {
    shows: 'three turns; each repeats the history',
    turns: [ASK_ORDER, 'When will it arrive?', 'Thank you!'],
    replies: [
      { text: SHIPPED, usage: { input: 1021, output: 57 } },
      { text: 'It will arrive on Friday.', usage: { input: 1103, output: 23 } },
      { text: 'You are welcome.', usage: { input: 1151, output: 11 } },
    ],
  },
  'repeated-yes': {
    shows: 'the user says the same word twice',
    turns: ['Send it again, please.', 'yes', 'yes'],
    replies: [
      { text: 'Shall I send A-1042 again?', usage: { input: 903, output: 31 } },
      { text: 'To the same address?', usage: { input: 951, output: 17 } },
      { text: 'Done: it will be sent again.', usage: { input: 997, output: 29 } },
    ],
  },
  streamed: {
    shows: 'a streamed answer, with usage if the library can ask for it',
    turns: [ASK_ORDER],
    replies: [{ text: SHIPPED, usage: { input: 1021, output: 57 } }],
  },
  'parallel-tools': {
    shows: 'two tools at once, then the answer',
    turns: [`${ASK_ORDER} And how is the weather there?`],
    replies: [
      {
        toolCalls: [
          { name: 'get_order', arguments: { order: 'A-1042' } },
          { name: 'get_weather', arguments: { city: 'Lisbon' } },
        ],
        usage: { input: 1213, output: 83 },
      },
      { text: `${SHIPPED} The sky is clear, at 21 degrees.`, usage: { input: 1381, output: 71 } },
    ],
  },
  reasoning: {
    shows: 'a model that thinks before it answers',
    turns: ['Which is larger, 9.11 or 9.9?'],
    replies: [
      {
        reasoning: 'Compare the tenths: 1 against 9.',
        text: '9.9 is larger.',
        usage: { input: 1009, output: 2063, reasoning: 2003 },
      },
    ],
  },
  image: {
    shows: 'a picture in the question',
    turns: ['Which colour is this?'],
    replies: [{ text: 'It is red.', usage: { input: 1777, output: 13 } }],
  },
  cache: {
    shows:
      'a prompt that is written to the cache, then read from it twice, more and less than half of the input',
    turns: [ASK_ORDER, 'When will it arrive?', 'Thank you!'],
    replies: [
      { text: SHIPPED, usage: { input: 10_020, cacheWrite: 10_000, output: 101 } },
      {
        text: 'It will arrive on Friday.',
        usage: { input: 10_457, cacheRead: 10_000, cacheWrite: 400, output: 53 },
      },
      { text: 'You are welcome.', usage: { input: 9_000, cacheRead: 4_000, output: 203 } },
    ],
  },
  'cache-hour': {
    shows: 'a prompt that is written to the cache for an hour, beside one for five minutes',
    turns: [ASK_ORDER],
    replies: [
      { text: SHIPPED, usage: { input: 9_220, cacheWrite: 3_000, cacheWriteHour: 6_000, output: 101 } },
    ],
  },
  'tool-use-prompt': {
    shows: "the provider's own tool, whose results count as input",
    turns: ['What is new in Lisbon? Search the web.'],
    replies: [
      {
        text: 'A new library has opened.',
        usage: { input: 1_533, toolUsePrompt: 1_100, output: 43, reasoning: 0 },
      },
    ],
  },
  error: {
    shows: 'the provider answers with an error',
    turns: [ASK_ORDER],
    replies: [{ error: 429, usage: { input: 0, output: 0 } }],
  },
  aborted: {
    shows: 'a stream that the application stops after its first words',
    turns: [ASK_ORDER],
    replies: [{ text: SHIPPED, hangs: true, usage: { input: 1021, output: 57 } }],
  },
  compacted: {
    shows: 'a history that the application replaces by a summary before the third turn',
    turns: [ASK_ORDER, 'When will it arrive?', 'Thank you!'],
    replies: [
      { text: SHIPPED, usage: { input: 1021, output: 57 } },
      { text: 'It will arrive on Friday.', usage: { input: 1103, output: 23 } },
      { text: 'You are welcome.', usage: { input: 613, output: 11 } },
    ],
  },
  embedding: {
    shows: 'one text is embedded',
    turns: [ASK_ORDER],
    replies: [{ usage: { input: 19, output: 0 } }],
  },
} as const satisfies Record<string, Case>

/** The name of a case. */
export type CaseName = keyof typeof CASES
