/** Nest 11 on Express: the session as a global interceptor, and one route that streams. */
import 'reflect-metadata'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import {
  Body,
  Controller,
  type ExecutionContext,
  Get,
  Module,
  Param,
  Post,
  Req,
  StreamableFile,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { Request } from 'express'
import { sessions } from 'otel-sessions/nest'
import { inJob } from '../helpers/otel-sessions.ts'
import { findSession, userOf } from '../work/users.ts'
import { Work } from '../work/work.ts'
import { serve } from './child.ts'

const work = new Work(inJob)

class ChatController {
  check(): string {
    return 'ok'
  }

  async answer(conversation: string, request: Request, body: { round: string }): Promise<StreamableFile> {
    const turn = { conversation, userId: userOf(request.headers.authorization) ?? '', round: body.round }
    request.res?.on('finish', () => work.note('finish', turn))
    request.res?.on('close', () => work.audit('close', turn))
    await work.prepare(turn)
    return new StreamableFile(Readable.from(work.answer(turn)))
  }
}
class AppModule {}
decorate()

const app = await NestFactory.create(AppModule, { logger: false })
// biome-ignore lint/correctness/useHookAtTopLevel: an interceptor is no hook of React.
app.useGlobalInterceptors(
  sessions({
    session: (execution: ExecutionContext) => {
      const { headers, params } = execution.switchToHttp().getRequest<Request<{ conversation?: string }>>()
      return findSession(headers.authorization, params.conversation)
    },
  }),
)
await app.listen(0, '127.0.0.1')
serve(((app.getHttpServer() as Server).address() as AddressInfo).port, async () => {
  await work.idle()
  await app.close()
})

/** Node runs no decorators. */
function decorate(): void {
  const { prototype } = ChatController
  const decorateMethod = (name: 'check' | 'answer', decorator: MethodDecorator) =>
    decorator(prototype, name, Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor)
  decorateMethod('check', Get('health'))
  decorateMethod('answer', Post('conversations/:conversation'))
  Param('conversation')(prototype, 'answer', 0)
  Req()(prototype, 'answer', 1)
  Body()(prototype, 'answer', 2)
  Controller()(ChatController)
  Module({ controllers: [ChatController] })(AppModule)
}
