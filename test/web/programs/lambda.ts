// Invokes one handler as Lambda's runtime does, for two users at the same time: `node lambda.ts HANDLER`. Prints its spans.
import { createRequire } from 'node:module'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { AwsLambdaInstrumentation } from '@opentelemetry/instrumentation-aws-lambda'
import { USERS } from '../support/collector.ts'
import { ROW, register, sentSpans } from './chat.ts'

const name = String(process.argv[2])
Object.assign(process.env, {
  LAMBDA_TASK_ROOT: import.meta.dirname,
  _HANDLER: `lambda-handlers.${name}`,
  // The last of Lambda's runtimes that takes callbacks.
  ...(name === 'callback' && { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' }),
})
register()
registerInstrumentations({
  instrumentations: [
    new AwsLambdaInstrumentation({
      requestHook: (span, { event }) => {
        const owner = event.requestContext?.authorizer.user ?? 'nobody'
        span.setAttributes({ owner, row: ROW })
      },
    }),
  ],
})
const handler = createRequire(import.meta.url)('./lambda-handlers.cjs')[name]
const context = {
  functionName: name,
  awsRequestId: '1',
  invokedFunctionArn: 'arn:aws:lambda:eu:123:function:chat',
}

async function invoke(user: string): Promise<string> {
  const event = { headers: {}, requestContext: { authorizer: { user } } }
  if (name === 'callback') {
    return new Promise((resolve, reject) => {
      handler(event, context, (error: unknown, value: string) => (error ? reject(error) : resolve(value)))
    })
  }
  if (name !== 'stream') return JSON.stringify(await handler(event, context))
  const stream = new PassThrough()
  const sent = text(stream)
  await handler(event, stream, context)
  return sent
}

async function invokeBatch(): Promise<void> {
  const Records = USERS.map((user) => ({
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu:123:jobs',
    messageAttributes: {},
    body: JSON.stringify({ session: { sessionId: `${user}_conv`, userId: user } }),
  }))
  await handler({ Records }, context)
}

if (name === 'batch') await invokeBatch()
else {
  const answers = await Promise.all(USERS.map(invoke))
  answers.forEach((answer, index) => {
    const user = String(USERS[index])
    if (!answer.includes(`for ${user}`)) throw new Error(`the answer for ${user} is ${answer}`)
  })
}
const spans = await sentSpans(name === 'batch' ? 1 : USERS.length)
// The span of the records of a batch has no hook.
const owned = spans.map((span) => ({
  ...span,
  attributes: { owner: 'nobody', row: ROW, ...span.attributes },
}))
process.stdout.write(JSON.stringify(owned))
