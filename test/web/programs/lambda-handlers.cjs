// The handlers of Lambda functions, in CommonJS, which the instrumentation patches when it is required.
const { sessions } = require('otel-sessions/lambda')
const { sessions: forJobs } = require('otel-sessions/worker')
const { lazyBody, meet, sessionOf, work } = require('./chat.ts')

// The authorizer of the API has checked the token.
const inSession = sessions({ session: (event) => sessionOf(event.requestContext.authorizer.user) })

exports.answer = inSession(async (event, context) => {
  const { user } = event.requestContext.authorizer
  await work(user, 'look up')
  await meet('answer')
  return { statusCode: 200, body: `${context.functionName} for ${user}` }
})

exports.callback = inSession((event, context, callback) => {
  const { user } = event.requestContext.authorizer
  work(user, 'look up')
    .then(() => meet('callback'))
    .then(() => callback(null, `${context.functionName} for ${user}`))
})

// What `awslambda.streamifyResponse` of Lambda's runtime does.
const streamifyResponse = (handler) =>
  Object.assign(handler, { [Symbol.for('aws.lambda.runtime.handler.streaming')]: 'response' })

exports.stream = streamifyResponse(
  inSession(async (event, responseStream, context) => {
    const { user } = event.requestContext.authorizer
    await meet('stream')
    responseStream.on('finish', () => work(user, 'finish'))
    for await (const chunk of lazyBody(user)) responseStream.write(chunk)
    responseStream.end(context.functionName)
  }),
)

// Records of several users: each is a job, with the session that the producer has put into the message.
const inSessionOfRecord = forJobs({ session: ({ body }) => JSON.parse(body).session })

exports.batch = async (event) => {
  const answerRecord = inSessionOfRecord(({ body }) => work(JSON.parse(body).session.userId, 'record'))
  await Promise.all(event.Records.map((record) => answerRecord(record)))
}
