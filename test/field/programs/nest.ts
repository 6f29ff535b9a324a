// A Nest application enters the user's session in a middleware or an interceptor, and calls a model in a controller.
// Right: the server's span, and every span of Nest, Express and the controller have the session and the user.
import { createRequire } from 'node:module'
import type { CallHandler, ExecutionContext } from '@nestjs/common'
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
import { NestInstrumentation } from '@opentelemetry/instrumentation-nestjs-core'
import { usingSession } from '@otel-sessions/processor'
import type { Subscriber } from 'rxjs'
import { type Case, type Field, NOBODY } from '../program.ts'
import { http, ownerOf, visit, type WebRequest, webCases } from '../support/web.ts'

const require = createRequire(import.meta.url)

type Where = 'middleware' | 'interceptor' | 'interceptor that subscribes'

const run =
  (where: Where) =>
  async (field: Field): Promise<void> => {
    require('reflect-metadata')
    const { NestFactory } = require('@nestjs/core')
    const { Controller, Module, Param, Post } = require('@nestjs/common')
    const { Observable } = require('rxjs')

    class ChatController {
      async answer(user: string): Promise<string> {
        await field.work(user)
        return `answer for ${user}`
      }
    }
    // Node runs no decorators.
    const method = Object.getOwnPropertyDescriptor(ChatController.prototype, 'answer')
    Post(':user')(ChatController.prototype, 'answer', method)
    Param('user')(ChatController.prototype, 'answer', 0)
    Controller('chat')(ChatController)
    class AppModule {}
    Module({ controllers: [ChatController] })(AppModule)

    const app = await NestFactory.create(AppModule, { logger: false })
    const session = (request: WebRequest) => field.session(ownerOf(request.originalUrl))
    if (where === 'middleware') {
      app.use((request: WebRequest, _: unknown, next: () => void) => usingSession(session(request), next))
    } else if (where === 'interceptor') {
      app.useGlobalInterceptors({
        intercept: (ctx: ExecutionContext, next: CallHandler) =>
          usingSession(session(ctx.switchToHttp().getRequest()), () => next.handle()),
      })
    } else {
      app.useGlobalInterceptors({
        intercept: (ctx: ExecutionContext, next: CallHandler) =>
          new Observable((subscriber: Subscriber<unknown>) =>
            usingSession(session(ctx.switchToHttp().getRequest()), () => next.handle().subscribe(subscriber)),
          ),
      })
    }
    await app.listen(0, '127.0.0.1')
    await visit(field, app.getHttpServer().address().port)
    await app.close()
  }

const PARSERS = ['middleware - jsonParser', 'middleware - urlencodedParser']
/** A middleware of Nest's own, which runs first. */
const FIRST = 'middleware - <anonymous>'

const rows: { where: Where; spans: number; missing: readonly string[] }[] = [
  { where: 'middleware', spans: 55, missing: [FIRST] },
  { where: 'interceptor', spans: 49, missing: [FIRST, ...PARSERS] },
  { where: 'interceptor that subscribes', spans: 49, missing: [FIRST, ...PARSERS] },
]

export const cases: readonly Case[] = webCases(
  rows.map(({ where, ...counts }) => ({
    ...counts,
    library: '@nestjs/core',
    name: where,
    owners: { 'Create Nest App': NOBODY },
    instrumentations: () => [http(), new ExpressInstrumentation(), new NestInstrumentation()],
    run: run(where),
  })),
)
