/** A conversation by Bedrock's InvokeModel, with a hand-written loop of tool calls. */
import { converse } from '../../../conversation.ts'
import type { CaseRun, Family } from '../../../program.ts'
import { type Bedrock, isStreamed, newClient, unlessAborted } from './client.ts'

/** How a model is asked: InvokeModel passes bodies on as they are. */
export interface ModelFormat<Message, Answer, Event> {
  readonly modelId: string
  user(text: string): Message
  picture(text: string): Message
  request(run: CaseRun, messages: readonly Message[]): object
  /** The answer as a message and, if it calls tools, their results as another. */
  next(answer: Answer): Promise<readonly Message[]>
  /** The text of a streamed event, or ''. */
  text(event: Event): string
  /** A text that was streamed, as a message. */
  spoken(text: string): Message
}

/** Cases that Claude on Bedrock has no form for. */
export const CLAUDE_CANNOT = {
  'tool-use-prompt': 'Bedrock runs no tool of its own for Claude.',
  embedding: 'Claude has no embeddings.',
} satisfies Family['cannot']

/** Cases that Nova on Bedrock has no form for. */
export const NOVA_CANNOT = {
  reasoning: 'Amazon Nova Pro does not reason.',
  'cache-hour': 'The cache of Amazon Nova has one lifetime, five minutes.',
  'tool-use-prompt': 'Amazon Nova Pro has no tool of the provider in InvokeModel.',
  embedding: 'Amazon Nova Pro has no embeddings.',
} satisfies Family['cannot']

/** A case that an application under Traceloop's instrumentation cannot hold. */
export const TRACELOOP_CANNOT = {
  aborted: "Traceloop's instrumentation reads the whole stream before the application gets it.",
} satisfies Family['cannot']

/** Holds the conversation of a case. */
export async function converseByInvoke<Message, Answer, Event>(
  run: CaseRun,
  bedrock: Bedrock,
  format: ModelFormat<Message, Answer, Event>,
): Promise<void> {
  const client = newClient(bedrock, run)
  const inputOf = (history: readonly Message[]) => ({
    modelId: format.modelId,
    contentType: 'application/json',
    accept: 'application/json',
    body: JSON.stringify(format.request(run, history)),
  })

  async function answer(history: Message[]): Promise<void> {
    for (;;) {
      const { body } = await client.send(new bedrock.InvokeModelCommand(inputOf(history)))
      const next = await format.next(JSON.parse(new TextDecoder().decode(body)) as Answer)
      history.push(...next)
      if (next.length === 1) return
    }
  }

  async function stream(history: Message[]): Promise<void> {
    const controller = new AbortController()
    const command = new bedrock.InvokeModelWithResponseStreamCommand(inputOf(history))
    const { body } = await client.send(command, { abortSignal: controller.signal })
    const read = async (): Promise<string> => {
      let text = ''
      for await (const { chunk } of body ?? []) {
        text += format.text(JSON.parse(new TextDecoder().decode(chunk?.bytes)) as Event)
        if (run.name === 'aborted' && text) controller.abort()
      }
      return text
    }
    history.push(format.spoken(await unlessAborted(controller.signal, read)))
  }

  await converse<Message>(run, {
    user: format.user,
    picture: format.picture,
    answer: isStreamed(run) ? stream : answer,
  })
}
