/** What the programs of all families share: turns with a growing history, tools, and the error that is expected. */
import { SUMMARY, TOOL_RESULTS, type ToolCall } from './cases.ts'
import type { CaseRun } from './program.ts'

/** How a family asks: by which method of its library, with which history. */
export interface Chat<Message> {
  /** The system prompt as a message, if it is one. */
  readonly system?: Message
  /** What the user says, as a message. */
  user(text: string): Message
  /** A question with the picture of the image case. */
  picture(text: string): Message
  /** Answers the last message of the history, and adds the answer to it. */
  answer(history: Message[], text: string): Promise<unknown>
}

type ToolInput = Readonly<Record<string, string>>

/** For libraries that trace what the application does around its calls. */
export interface Around {
  /** Runs a turn. */
  turn?<T>(text: string, work: () => Promise<T>): Promise<T>
  /** Runs a tool. */
  tool?(name: string, input: ToolInput): Promise<string>
}

/** Holds the conversation of a case: a history that grows with each turn, and that `compacted` replaces. */
export async function converse<Message>(run: CaseRun, chat: Chat<Message>): Promise<void> {
  const begun = chat.system === undefined ? [] : [chat.system]
  let history: Message[] = [...begun]
  for (const [index, text] of run.turns.entries()) {
    if (run.name === 'compacted' && index === 2) history = [...begun, chat.user(SUMMARY)]
    history.push(run.name === 'image' ? chat.picture(text) : chat.user(text))
    const asked = history
    const turn = run.turn(text, () => chat.answer(asked, text))
    await (run.name === 'error' ? expectRateLimit(turn) : turn)
  }
}

/** The error of the case `error` is the application's, which has nothing left to do. */
export async function expectRateLimit(turn: Promise<unknown>): Promise<void> {
  const error = await turn.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  // The AI SDK has the status as a field, and AWS gives the reason in its place.
  const { statusCode } = Object(error) as { statusCode?: unknown }
  if (statusCode !== 429 && !/429|too many requests/i.test(String(error)))
    throw new Error('the provider answered with an error, and the turn does not fail', { cause: error })
}

/** Runs a tool as an application does: by its name, with its result as JSON. */
export const runTool = async (name: string): Promise<string> =>
  JSON.stringify(TOOL_RESULTS[name as ToolCall['name']])

/** The tools as JSON schemas. */
export const TOOLS = [
  { name: 'get_order', description: 'Says where an order is', argument: 'order' },
  { name: 'get_weather', description: 'Says what the weather is', argument: 'city' },
].map(({ name, description, argument }) => ({
  name,
  description,
  parameters: {
    type: 'object',
    properties: { [argument]: { type: 'string' } },
    required: [argument],
    additionalProperties: false,
  },
}))
