// A consumer of Kafka or RabbitMQ gets a message of each of two users, whose headers have the session. There is no broker:
// the clients and their instrumentations are real, and what a broker sends is handed to them.
// Right: the consumer's span and the work have the session and the user of the message.
import { createRequire } from 'node:module'
import { AmqplibInstrumentation } from '@opentelemetry/instrumentation-amqplib'
import { KafkaJsInstrumentation } from '@opentelemetry/instrumentation-kafkajs'
import type { Channel, ConsumeMessage } from 'amqplib'
import type { Consumer, EachMessageHandler, EachMessagePayload, KafkaMessage } from 'kafkajs'
import { sessions } from 'otel-sessions/worker'
import type { Application, Case } from '../program.ts'

const require = createRequire(import.meta.url)

interface PatchedModule {
  patch(exports: object, version: string): { readonly Kafka: new () => { consumer(): Consumer } }
}

/** The instrumentation around a consumer whose `run` keeps the handler. */
async function consumeKafka(
  { users, work }: Application,
  wrap: (handler: EachMessageHandler) => EachMessageHandler,
) {
  let eachMessage: EachMessageHandler | undefined
  const run: Consumer['run'] = async (config) => {
    eachMessage = config?.eachMessage
  }
  class Kafka {
    consumer() {
      return { run, on() {}, events: {} }
    }
    producer() {}
  }
  const kafka = new KafkaJsInstrumentation()
  const module = (kafka as unknown as { init(): PatchedModule }).init()
  const consumer = new (module.patch({ Kafka }, '2.2.4').Kafka)().consumer()
  await consumer.run({
    eachMessage: wrap(async ({ message }) => {
      await work(String(message.headers?.['user']))
    }),
  })
  const payload = (user: string) => {
    const message = { headers: { user } } as unknown as KafkaMessage
    return { topic: 'chat', partition: 0, message } as EachMessagePayload
  }
  await Promise.all(users.map((user) => eachMessage?.(payload(user))))
}

/** A channel that keeps what it consumes, and is given a message. */
async function consumeRabbit(
  { users, work }: Application,
  wrap: (handler: (message: ConsumeMessage | null) => void) => (message: ConsumeMessage | null) => void,
) {
  require('amqplib')
  const model = require('../node_modules/amqplib/lib/channel_model.js')
  const channel = new model.Channel({ on() {}, sendMethod() {}, sendImmediately() {} }) as Channel & {
    _rpc: unknown
    dispatchMessage(fields: object, message: object): void
  }
  channel._rpc = (
    _method: unknown,
    _fields: unknown,
    _expected: unknown,
    done: (...args: unknown[]) => void,
  ) => done(null, { fields: { consumerTag: 'one' } })
  const answered: Promise<void>[] = []
  const consume = wrap((message) => {
    if (message !== null) answered.push(work(String(message.properties.headers?.['user'])))
  })
  await channel.consume('chat', consume, { noAck: true })
  for (const user of users) {
    channel.dispatchMessage({ consumerTag: 'one' }, { fields: {}, properties: { headers: { user } } })
  }
  await Promise.all(answered)
}

const asUsual = <T>(handler: T): T => handler

export const cases: readonly Case[] = [
  {
    name: 'eachMessage, as usual, without a broker',
    library: 'kafkajs',
    expected: { right: 0, missing: { 'process chat': 2, work: 2 } },
    run: (application) => consumeKafka(application, asUsual),
  },
  {
    name: 'eachMessage, sessions(), without a broker',
    library: 'kafkajs',
    expected: { right: 4 },
    run: (application) =>
      consumeKafka(
        application,
        sessions({
          session: ({ message }: EachMessagePayload) =>
            application.session(String(message.headers?.['user'])),
        }),
      ),
  },
  {
    name: 'consume, as usual, without a broker',
    library: 'amqplib',
    expected: { right: 0, missing: { 'chat process': 2, work: 2 } },
    instrumentations: () => [new AmqplibInstrumentation()],
    run: (application) => consumeRabbit(application, asUsual),
  },
  {
    name: 'consume, sessions(), without a broker',
    library: 'amqplib',
    expected: { right: 4 },
    instrumentations: () => [new AmqplibInstrumentation()],
    run: (application) =>
      consumeRabbit(
        application,
        sessions({
          session: (message: ConsumeMessage | null) =>
            message && application.session(String(message.properties.headers?.['user'])),
        }),
      ),
  },
]
