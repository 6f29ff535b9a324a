/** Whether a family's program held the case: what each case must have asked the provider. */
import { CASES, type CaseName, IMAGE_PNG_BASE64, SUMMARY } from '../cases.ts'
import type { ProviderCall, Recording } from '../recording.ts'

const asked = (call: ProviderCall | undefined, text: string) => JSON.stringify(call?.asked).includes(text)

/** What is wrong with the calls of a case, if anything. */
const WRONG: Partial<Record<CaseName, (calls: readonly ProviderCall[]) => string | false>> = {
  streamed: (calls) => !calls.every((call) => call.stream) && 'a call is not streamed',
  'parallel-tools': (calls) => !asked(calls[1], 'shipped') && 'the second call has no result of a tool',
  image: (calls) => !asked(calls[0], IMAGE_PNG_BASE64) && 'the call has no picture',
  'tool-use-prompt': (calls) => !asked(calls[0], 'earch') && 'the call has no tool of the provider',
  error: (calls) => calls.some((call) => call.status < 400) && 'a call was answered',
  aborted: (calls) => calls.some((call) => call.usage) && 'a call was not aborted',
  compacted: (calls) => !asked(calls.at(-1), SUMMARY) && 'the last call has no summary',
  embedding: (calls) => !calls.every(({ request }) => /embed/i.test(request)) && 'a call is no embedding',
}

/** @throws Error if the calls are not those of the case */
export function checkCalls({ case: name, calls }: Recording): void {
  const { replies, turns } = CASES[name]
  const least = Math.max(replies.length, turns.length)
  if (calls.length < least) throw new Error(`the provider got ${calls.length} calls instead of ${least}`)
  const wrong = WRONG[name]?.(calls)
  if (wrong) throw new Error(`${wrong}: the program does not hold the case`)
}
