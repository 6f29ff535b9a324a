// Each user has an emitter, a hook, a bot or a server, which is bound to the user's session before listeners are added.
// What the listeners do must have that session, though nobody is in it when the emitter calls them.
import { createRequire } from 'node:module'
import { credentials, Metadata, makeGenericClientConstructor, Server, ServerCredentials } from '@grpc/grpc-js'
import { bindSession } from '@otel-sessions/processor'
import Backbone from 'backbone'
import Emittery from 'emittery'
import EventEmitter2 from 'eventemitter2'
import { createHooks } from 'hookable'
import { AsyncSeriesHook, SyncHook } from 'tapable'
import { Telegraf } from 'telegraf'
import type { Case, Field } from '../program.ts'

type Bind = <T extends object>(emitter: T) => T

/** Makes a listener that works for the user, and one that is removed and must not work. */
type Listen = (name: string) => () => void

async function useEventEmitter2(bind: Bind, listen: Listen): Promise<void> {
  const bus = bind(new EventEmitter2.EventEmitter2())
  const removed = listen('removed')
  bus.on('token', listen('on'))
  bus.many('token', 1, listen('many'))
  bus.prependAny(listen('prependAny'))
  bus.many('token', 3, removed)
  bus.off('token', removed)
  const filter = () => [listen('filter')(), true][1] as boolean
  const waits = bus.waitFor('token', { filter } as never)
  bus.emit('token')
  await waits
}

async function useEmittery(bind: Bind, listen: Listen): Promise<void> {
  const bus = bind(new Emittery())
  const removed = listen('removed')
  bus.on(['token', 'end'], listen('on'))
  bus.onAny(listen('onAny'))
  bus.on(['token', 'end'], removed)
  bus.off(['end', 'token'], removed)
  await bus.emit('token')
}

async function useHookable(bind: Bind, listen: Listen): Promise<void> {
  const hooks = bind(createHooks())
  const removed = { token: listen('removed') }
  hooks.hook('token', listen('hook'))
  hooks.addHooks({ token: listen('addHooks') })
  hooks.addHooks(removed)
  hooks.removeHooks(removed)
  hooks.beforeEach(listen('beforeEach'))
  hooks.beforeEach(listen('removed'))()
  await hooks.callHook('token')
}

async function useTapable(bind: Bind, listen: Listen): Promise<void> {
  const hook = bind(new SyncHook<[number]>(['count']))
  hook.tap('one', listen('tap'))
  hook.call(1)
  const later = bind(new AsyncSeriesHook<[number]>(['count']))
  later.tapPromise('two', async () => listen('tapPromise')())
  later.tapAsync({ name: 'three' }, (_, done) => {
    listen('tapAsync')()
    done()
  })
  await later.promise(1)
}

async function useBackbone(bind: Bind, listen: Listen): Promise<void> {
  const bus = bind(Object.assign({}, Backbone.Events) as Backbone.Model)
  const removed = listen('removed')
  bus.on({ token: listen('map') }).bind('token', listen('bind'))
  bus.on({ token: removed }).off('token', removed)
  bus.trigger('token')
}

async function useTelegraf(bind: Bind, listen: Listen): Promise<void> {
  const bot = bind(new Telegraf('1:none'))
  bot.botInfo = { id: 1, username: 'bot' } as NonNullable<typeof bot.botInfo>
  bot.hears('hello', listen('hears'))
  bot.command('ask', listen('command'))
  const chat = { id: 1, type: 'private' }
  for (const text of ['hello', '/ask']) {
    const entities = text === '/ask' ? [{ type: 'bot_command', offset: 0, length: 4 }] : []
    await bot.handleUpdate({
      update_id: 1,
      message: { message_id: 1, date: 1, chat, text, entities },
    } as never)
  }
}

interface Channel {
  _rpc(method: unknown, fields: unknown, expected: unknown, done: (error: null, reply: object) => void): void
  consume(queue: string, fn: () => void): Promise<unknown>
  dispatchMessage(fields: { consumerTag: string }, message: object): void
}

/** Without a broker: the channel keeps what it consumes, and is given a message. The package does not export it. */
async function useAmqplib(bind: Bind, listen: Listen): Promise<void> {
  const made = createRequire(import.meta.url)('./node_modules/amqplib/lib/channel_model.js')
  const channel: Channel = new made.Channel({ on() {}, sendMethod() {} })
  const reply = { fields: { consumerTag: 'one' } }
  channel._rpc = (_method, _fields, _expected, done) => done(null, reply)
  bind(channel)
  await channel.consume('questions', listen('consume'))
  channel.dispatchMessage({ consumerTag: 'one' }, {})
}

async function useGrpc(bind: Bind, listen: Listen): Promise<void> {
  const serialize = (value: unknown) => Buffer.from(JSON.stringify(value))
  const parse = (bytes: Buffer): unknown => JSON.parse(String(bytes))
  const ask = {
    path: '/Field/ask',
    requestStream: false,
    responseStream: false,
    requestSerialize: serialize,
    requestDeserialize: parse,
    responseSerialize: serialize,
    responseDeserialize: parse,
  }
  const server = bind(new Server())
  server.addService({ ask } as never, {
    ask: (_call: unknown, done: (error: null, value: unknown) => void) => {
      listen('ask')()
      done(null, {})
    },
  })
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  )
  const Client = makeGenericClientConstructor({ ask } as never, 'Field')
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
  await new Promise((resolve) => client['ask']?.({}, new Metadata(), resolve))
  client.close()
  server.forceShutdown()
}

const PROGRAMS: [library: string, spans: string[], run: (bind: Bind, listen: Listen) => Promise<void>][] = [
  ['eventemitter2', ['on', 'many', 'prependAny', 'filter'], useEventEmitter2],
  ['emittery', ['on', 'onAny'], useEmittery],
  ['hookable', ['hook', 'addHooks', 'beforeEach'], useHookable],
  ['tapable', ['tap', 'tapAsync', 'tapPromise'], useTapable],
  ['backbone', ['map', 'bind'], useBackbone],
  ['telegraf', ['hears', 'command'], useTelegraf],
  ['amqplib', ['consume'], useAmqplib],
  ['@grpc/grpc-js', ['ask'], useGrpc],
]

async function runForEach(
  { users, work, session }: Field,
  isBound: boolean,
  run: (bind: Bind, listen: Listen) => Promise<void>,
): Promise<void> {
  for (const user of users) {
    const made: Promise<void>[] = []
    await run(
      (emitter) => (isBound ? bindSession(emitter, session(user)) : emitter),
      (name) => () => void made.push(work(user, name)),
    )
    await Promise.all(made)
  }
}

export const cases: readonly Case[] = PROGRAMS.flatMap(([library, names, run]): Case[] => [
  {
    name: 'an emitter, as usual',
    library,
    folder: 'lazy',
    expected: { right: 0, missing: Object.fromEntries(names.map((name) => [name, 3])) },
    run: (field) => runForEach(field, false, run),
  },
  {
    name: 'an emitter, bound before listeners are added',
    library,
    folder: 'lazy',
    expected: { right: 3 * names.length },
    run: (field) => runForEach(field, true, run),
  },
])
