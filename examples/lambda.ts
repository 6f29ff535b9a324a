/**
 * A function of AWS Lambda: one line enters the session of its event. Its span, which the instrumentation of Lambda starts,
 * gets the session too. Here the program calls the handler by itself, as Lambda does, once for each user.
 *
 *   node examples/lambda.ts
 */
import { DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { registerSessions } from 'otel-sessions'
import { sessions } from 'otel-sessions/lambda'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
const telemetry = registerSessions()

/** What is used of an event of API Gateway, whose authorizer has checked the token and knows the user. */
interface Event {
  pathParameters: { id: string }
  requestContext: { authorizer: { userId: string } }
}

// This stands for your database: whose a conversation is.
const owners = new Map(Object.entries({ conv_456: 'user_123', conv_789: 'user_124' }))

// A client that could choose its session ID would write into the sessions of others. So it only names a conversation,
// which must be one of the user who is logged in.
function conversationOf({ pathParameters: { id }, requestContext }: Event) {
  const { userId } = requestContext.authorizer
  return owners.get(id) === userId ? { sessionId: `${userId}_${id}`, userId } : null
}

export const handler = sessions({ session: conversationOf })(async (event: Event) => {
  if (conversationOf(event) === null) return { statusCode: 404 }
  for (const name of ['look up', 'answer']) {
    await trace.getTracer('app').startActiveSpan(name, async (span) => span.end())
  }
  return { statusCode: 200 }
})

/** Stands for Lambda and its instrumentation. */
const invoke = (id: string, userId: string) =>
  trace.getTracer('lambda').startActiveSpan('invocation', async (span) => {
    const event = { pathParameters: { id }, requestContext: { authorizer: { userId } } }
    console.log(id, (await handler(event)).statusCode)
    span.end()
  })
await Promise.all([
  invoke('conv_456', 'user_123'),
  invoke('conv_789', 'user_124'),
  invoke('conv_789', 'user_123'), // 404: it is the other user's
])
await telemetry.shutdown()
