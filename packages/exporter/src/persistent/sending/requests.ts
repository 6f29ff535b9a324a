import type { BodyFormat } from '../encoder/codec.ts'
import type { DeliveryContext } from './context.ts'
import { noAnswer } from './http/answers.ts'
import { nameOfError } from './messages.ts'
import type { Answer, Part } from './types.ts'

/** A request without spans, which asks only whether the endpoint answers. */
const EMPTY = { protobuf: [], json: [Buffer.from('{"resourceSpans":[]}')] } satisfies Record<
  BodyFormat,
  Buffer[]
>

type Context = Pick<DeliveryContext, 'clock' | 'codecOf' | 'counters' | 'observer' | 'transport'>

/** Posts a request without spans. */
export async function postEmpty({ counters, transport }: Context, format: BodyFormat): Promise<Answer> {
  counters.requests++
  const answer = await transport.post(format, EMPTY[format])
  return answer.kind === 'retry' ? { ...answer, reason: `${answer.reason} without spans` } : answer
}

/** Posts a part of a batch. Never rejects. */
export async function postPart(context: Context, format: BodyFormat, part: Part): Promise<Answer> {
  const { clock, codecOf, counters, transport, observer } = context
  const { bodies, spans } = part
  const started = clock.now()
  counters.requests++
  observer?.sent(spans)
  let answer: Answer
  try {
    answer = await transport.post(format, codecOf(format).join(bodies))
  } catch (error) {
    answer = noAnswer(nameOfError(error))
  }
  const { failure, status } = failureOf(answer)
  const rejected = answer.kind === 'accepted' ? Math.min(answer.rejectedSpans, spans) : 0
  observer?.answered(spans, clock.now() - started, failure, status, rejected)
  return answer
}

function failureOf(answer: Answer): { failure: string | undefined; status: number | undefined } {
  if (answer.kind === 'accepted') return { failure: undefined, status: answer.status }
  if (answer.kind === 'unreadable') return { failure: 'unreadable_answer', status: answer.status }
  if (answer.kind === 'retry') return { failure: answer.reason, status: answer.status }
  const status = answer.kind === 'rejected' ? answer.status : 413
  return { failure: String(status), status }
}
