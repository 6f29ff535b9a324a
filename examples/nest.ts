/**
 * Nest 11: one interceptor enters the session of the request, behind the guard that checks the login. Pipes and handlers
 * run inside, also what an Observable starts. The server's span gets the session too.
 *
 *   node examples/nest.ts
 */
import 'reflect-metadata'
import { Controller, type ExecutionContext, Module, NotFoundException, Post } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { DiagConsoleLogger, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { registerSessions } from 'otel-sessions'
import { sessions } from 'otel-sessions/nest'
import { defer } from 'rxjs'

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)
const telemetry = registerSessions({ instrumentations: [new HttpInstrumentation()] })

// These stand for your login and your database: who a token belongs to, and whose a conversation is.
const users = new Map(Object.entries({ 'Bearer token-a': 'user_123', 'Bearer token-b': 'user_124' }))
const owners = new Map(Object.entries({ conv_456: 'user_123', conv_789: 'user_124' }))

class ChatController {
  answer() {
    return defer(async () => {
      trace.getTracer('app').startSpan('say on its way').end()
      return 'on its way'
    })
  }
}
// Decorators, as functions because Node runs no others.
const method = Object.getOwnPropertyDescriptor(ChatController.prototype, 'answer') as PropertyDescriptor
Post(':id')(ChatController.prototype, 'answer', method)
Controller('conversations')(ChatController)
class AppModule {}
Module({ controllers: [ChatController] })(AppModule)

type Session = { sessionId: string; userId: string }
type Chat = { headers: { authorization?: string }; params: { id: string }; session?: Session }
const requestOf = (context: ExecutionContext) => context.switchToHttp().getRequest<Chat>()

const guard = {
  canActivate(context: ExecutionContext) {
    const request = requestOf(context)
    const { id } = request.params
    const userId = users.get(request.headers.authorization ?? '')
    // A client that could choose its session ID would write into the sessions of others. So it only names a
    // conversation, which must be one of the user who is logged in.
    if (!userId || owners.get(id) !== userId) throw new NotFoundException()
    request.session = { sessionId: `${userId}_${id}`, userId }
    return true
  },
}
const app = await NestFactory.create(AppModule, { logger: false })
app.useGlobalGuards(guard)
app.useGlobalInterceptors(sessions({ session: (context: ExecutionContext) => requestOf(context).session }))
await app.listen(0)

const url = `${await app.getUrl()}/conversations`
const ask = async (id: string, authorization: string) => {
  const response = await fetch(`${url}/${id}`, { method: 'POST', headers: { authorization } })
  console.log(id, response.status, await response.text())
}
await Promise.all([
  ask('conv_456', 'Bearer token-a'),
  ask('conv_789', 'Bearer token-b'),
  ask('conv_789', 'Bearer token-a'), // 404, and no session: it is the other user's
])
await app.close()
await telemetry.shutdown()
