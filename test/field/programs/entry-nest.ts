// A Nest application enters the user's session with the interceptor of `otel-sessions/nest`, behind a guard, or with a
// middleware. Its controllers call a model, and answer with a value, an Observable or server-sent events.
// Right: the server's span, and every span of Nest, its platform and the controller, and of listeners.
import { createRequire } from 'node:module'
import type {
  ArgumentsHost,
  CanActivate,
  ExceptionFilter,
  ExecutionContext,
  NestInterceptor,
} from '@nestjs/common'
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express'
import { FastifyInstrumentation } from '@opentelemetry/instrumentation-fastify'
import { NestInstrumentation } from '@opentelemetry/instrumentation-nestjs-core'
import { sessions as middleware } from 'otel-sessions/express'
import { sessions } from 'otel-sessions/nest'
import type { Observable } from 'rxjs'
import { type Case, type Field, NOBODY } from '../program.ts'
import { authenticate, entryCases, http, ownerOf, visit } from '../support/web.ts'

const require = createRequire(import.meta.url)

interface ChatRequest {
  readonly url: string
  user?: string
}
type Platform = 'express' | 'fastify'
const ANSWERS = ['a value', 'an Observable', 'an error that a filter answers'] as const
type Answer = (typeof ANSWERS)[number]

const requestOf = (context: ExecutionContext) => context.switchToHttp().getRequest<ChatRequest>()

const run =
  (platform: Platform, answer: Answer, isMiddleware = false) =>
  async (field: Field) => {
    require('reflect-metadata')
    const { NestFactory } = require('@nestjs/core')
    const { Catch, Controller, Module, Param, Post } = require('@nestjs/common')
    const { defer } = require('rxjs')
    const works: Promise<void>[] = []

    class ChatController {
      answer(user: string): Promise<string> | Observable<string> {
        const work = async () => {
          await field.work(user)
          if (answer === 'an error that a filter answers') throw new Error('the model is overloaded')
          return `answer for ${user}`
        }
        return answer === 'an Observable' ? defer(work) : work()
      }
    }
    // Node runs no decorators.
    const method = Object.getOwnPropertyDescriptor(ChatController.prototype, 'answer')
    Post(':user')(ChatController.prototype, 'answer', method)
    const pipe = {
      async transform(user: string) {
        await field.work(user, 'pipe')
        return user
      },
    }
    Param('user', pipe)(ChatController.prototype, 'answer', 0)
    Controller('chat')(ChatController)
    class AppModule {}
    Module({ controllers: [ChatController] })(AppModule)

    const login: CanActivate = {
      async canActivate(context) {
        const request = requestOf(context)
        request.user = await authenticate(request.url)
        const response = context.switchToHttp().getResponse()
        const raw: NodeJS.EventEmitter = response.raw ?? response
        raw.on('finish', () => works.push(field.work(ownerOf(request.url), 'finish listener')))
        return true
      },
    }
    const enter: NestInterceptor = sessions({
      session: async (context: ExecutionContext) => {
        const { user = '', url } = requestOf(context)
        await authenticate(url)
        return field.session(user)
      },
    })
    class Filter implements ExceptionFilter {
      async catch(_error: unknown, host: ArgumentsHost): Promise<void> {
        const http = host.switchToHttp()
        const user = ownerOf(http.getRequest<ChatRequest>().url)
        await field.work(user, 'exception filter')
        http.getResponse().status(200).send(`answer for ${user}`)
      }
    }
    Catch()(Filter)
    const adapter = platform === 'fastify' ? [new (require('@nestjs/platform-fastify').FastifyAdapter)()] : []
    const app = await NestFactory.create(AppModule, ...adapter, { logger: false })
    if (isMiddleware) {
      app.use(middleware({ session: ({ url }: ChatRequest) => field.session(ownerOf(url)) }))
      app.useGlobalGuards({
        async canActivate(context: ExecutionContext) {
          await field.work(ownerOf(requestOf(context).url), 'guard')
          return true
        },
      })
    } else {
      app.useGlobalGuards(login)
      app.useGlobalInterceptors(enter)
    }
    app.useGlobalFilters(new Filter())
    await app.listen(0, '127.0.0.1')
    await visit(field, app.getHttpServer().address().port)
    await app.close()
    await Promise.all(works)
  }

/** What ends before the application knows the session, among it Nest's own. With backfill it has it too. */
const endedBefore: Readonly<Record<Platform, readonly string[]>> = {
  express: ['middleware - <anonymous>', 'middleware - jsonParser', 'middleware - urlencodedParser'],
  fastify: [...Array.from({ length: 4 }, () => 'middleware - fastify'), 'middleware - runMiddie'],
}

export const cases: readonly Case[] = entryCases([
  ...(['express', 'fastify'] as const).flatMap((platform) =>
    ANSWERS.map((answer) => ({
      library: '@nestjs/core',
      name: `on ${platform}, ${answer}`,
      owners: { 'Create Nest App': NOBODY },
      instrumentations: () => [
        http(),
        platform === 'express' ? new ExpressInstrumentation() : new FastifyInstrumentation(),
        new NestInstrumentation(),
      ],
      run: run(platform, answer),
      spans: (platform === 'express' ? 61 : 79) + (answer === 'an error that a filter answers' ? 6 : 0),
      missing: endedBefore[platform],
    })),
  ),
  {
    library: '@nestjs/core',
    name: 'on express, the middleware in front of guards',
    owners: { 'Create Nest App': NOBODY },
    instrumentations: () => [http(), new ExpressInstrumentation(), new NestInstrumentation()],
    run: run('express', 'an error that a filter answers', true),
    spans: 73,
    missing: ['middleware - <anonymous>'],
  },
])
