import { readSpanUsage, type SpanUsage } from '@otel-sessions/analytics'
import type { Recording } from '../recordings/recording.ts'
import { type Counted, counted, reported } from './counted.ts'
import { asEnded, inOrderOfEnd } from './spans.ts'

/**
 * How a recording was counted. `right`: calls, input, output and cost are those of the provider. `unknown`: there is no
 * cost, and the spans do not decide it. `LOW` and `HIGH`: a number is wrong.
 */
export type Verdict = 'right' | 'unknown' | 'LOW' | 'HIGH'

/** One recording. */
export interface Row {
  readonly family: string
  readonly case: string
  readonly truth: Counted
  readonly ours: Counted
  readonly verdict: Verdict
  /** Why the cost is unknown, or what is wrong. */
  readonly why: string
}

/** Half of a nano-dollar a call: costs are summed in whole nano-dollars. */
const PRECISION = 0.5e-9

/** Compares what we count with what the provider reported. */
export function judge(recording: Recording): Row {
  const [truth, ours] = [reported(recording), counted(inOrderOfEnd(recording.spans))]
  const row = { family: recording.family, case: recording.case, truth, ours }
  // A call that was counted twice.
  if (ours.calls > truth.calls) return { ...row, verdict: 'HIGH', why: 'calls' }
  // A session without a call: its cost of 0 is not taken for the cost of a call.
  if (ours.cost === undefined || (ours.calls === 0 && ours.cost === 0))
    return { ...row, verdict: 'unknown', why: whyUnknown(recording) }
  return { ...row, ...compare(truth, ours) }
}

function compare(truth: Counted, ours: Counted): Pick<Row, 'verdict' | 'why'> {
  const isSaid = ours.callsWithoutUsage >= truth.callsWithoutUsage
  if (!isSaid) return { verdict: 'LOW', why: 'calls without usage' }
  // What has no list price costs more than what we know a price for.
  const difference = (ours.cost ?? 0) - (truth.cost ?? Number.POSITIVE_INFINITY)
  if (Math.abs(difference) > PRECISION * (truth.calls + 1))
    return { verdict: difference < 0 ? 'LOW' : 'HIGH', why: 'cost' }
  for (const part of ['calls', 'input', 'output'] as const) {
    if (ours[part] !== truth[part]) return { verdict: ours[part] < truth[part] ? 'LOW' : 'HIGH', why: part }
  }
  return { verdict: 'right', why: '' }
}

/** Says what the spans lack. */
function whyUnknown({ spans, calls }: Recording): string {
  const usages = spans.map((span) => readSpanUsage(asEnded(span)))
  const llm = usages.filter(({ kind }) => kind === 'llm' || kind === 'embedding')
  const reports = usages.filter(
    ({ inputTokens = 0, outputTokens = 0, cost }) => inputTokens + outputTokens > 0 || cost !== undefined,
  )
  if (calls.every(({ status }) => status >= 400)) return 'the call failed, and no span says what that costs'
  if (llm.length === 0 && reports.length === 0) return 'no span of the call ends'
  if (reports.length === 0) return 'no span has usage'
  const undecided = reports.find((usage) => usage.undecided !== undefined)
  if (undecided?.undecided !== undefined) return UNDECIDED[undecided.undecided]
  if (reports.some(isPartial)) return 'a stopped stream has no output tokens'
  if (reports.some(({ model }) => model === undefined)) return 'no span has the model'
  return `no price for ${[...new Set(reports.map(({ model }) => model))].join(', ')}`
}

const UNDECIDED = {
  cache: 'nothing says what came from the cache',
  total: 'the parts do not add up to the total',
  stream: 'LangChain adds the first count of a stream to the last, which includes it',
  lifetime: 'nothing says for how long the cache was written',
}

const isPartial = ({ kind, inputTokens, outputTokens, cost }: SpanUsage): boolean =>
  kind === 'llm' && cost === undefined && (inputTokens === undefined || outputTokens === undefined)
