import { Agent } from 'node:http'
import { context, createContextKey } from '@opentelemetry/api'
import type { Row } from '../row.ts'
import type { World } from '../world.ts'
import { header, paths } from './outcomes.ts'

const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/** Sends three requests, one after another, and returns how many connections they took. */
async function connections(world: World): Promise<string> {
  for (let request = 0; request < 3; request++) await world.send()
  const { size } = new Set(world.endpoint.exchanges.map(({ connection }) => connection))
  return size === 1 ? 'one connection' : `${size} connections`
}

export const REQUESTS: readonly Row[] = [
  {
    promise: 'A request is a POST to the URL of the option, which is used as it is.',
    with: ({ origin }) => ({ settings: { url: `${origin}/some/path?tenant=1` } }),
    async observe(world) {
      await world.send()
      return world.endpoint.exchanges.map(({ method, path }) => `${method} ${path}`).join()
    },
    kept: 'POST /some/path?tenant=1',
  },
  {
    promise: 'The URL needs no path.',
    with: ({ origin }) => ({ settings: { url: origin } }),
    async observe(world) {
      await world.send()
      return paths(world)
    },
    kept: '/',
  },
  {
    promise: 'A request contains each span once, with its resource.',
    async observe(world) {
      await world.send(3)
      const { names = [], resources = [] } = world.endpoint.exchanges[0] ?? {}
      const hasResource = resources.every((one) => JSON.stringify(one).includes('telemetry.sdk.name'))
      return `${new Set(names).size} spans, ${hasResource ? 'with' : 'without'} resource`
    },
    kept: '3 spans, with resource',
  },
  {
    promise: 'Headers of the option are sent with each request.',
    with: () => ({ settings: { headers: { authorization: 'Bearer a b=c', 'x-tenant': '1' } } }),
    async observe(world) {
      await world.send()
      return [...header(world, 'authorization'), ...header(world, 'x-tenant')].join(', ')
    },
    kept: 'Bearer a b=c, 1',
  },
  {
    promise: 'A function as `headers` is called for each request, and may be asynchronous.',
    with() {
      let token = 0
      return { settings: { headers: async () => ({ authorization: `token ${++token}` }) } }
    },
    async observe(world) {
      await world.send()
      await world.send()
      return header(world, 'authorization').join(', ')
    },
    kept: 'token 1, token 2',
  },
  {
    promise: 'A header without a value is left out, and logged.',
    with: () => ({ settings: { headers: { 'x-tenant': undefined, 'x-other': '1' } } }),
    async observe(world) {
      await world.send()
      const [sent] = header(world, 'x-tenant')
      const isLogged = world.hasLogged('"x-tenant"')
      return `${sent === undefined ? 'left out' : 'sent'}, ${isLogged ? 'logged' : 'silent'}`
    },
    kept: 'left out, logged',
  },
  {
    promise: 'Headers cannot replace the content type.',
    with: () => ({ settings: { headers: { 'Content-Type': 'text/plain' } } }),
    async observe(world) {
      await world.send()
      return String(header(world, 'content-type')).includes('text/plain') ? 'replaced' : 'not replaced'
    },
    kept: 'not replaced',
  },
  {
    promise: 'The `User-Agent` names the exporter and its version.',
    async observe(world) {
      await world.send()
      return /^\S*exporter\S*\/\d+\.\d+/i.test(String(header(world, 'user-agent'))) ? 'named' : 'not named'
    },
    kept: 'named',
  },
  {
    promise: 'The `User-Agent` begins with what the application calls itself.',
    with: () => ({ settings: { userAgent: 'my-app/1.0' } }),
    async observe(world) {
      await world.send()
      const [agent] = header(world, 'user-agent')
      return /^my-app\/1\.0 \S*exporter\S*\/\d/i.test(String(agent)) ? 'before' : `${agent}`
    },
    kept: 'before',
  },
  {
    promise: 'With `compression: "gzip"`, requests are compressed and say so.',
    with: () => ({ settings: { compression: 'gzip' } }),
    async observe(world) {
      await world.send()
      return `${header(world, 'content-encoding')}, ${world.accepted.length} span`
    },
    kept: 'gzip, 1 span',
  },
  {
    promise: 'Connections are kept alive.',
    observe: connections,
    kept: 'one connection',
  },
  {
    promise: "Options of Node's agent in `httpAgentOptions` are used.",
    with: () => ({ settings: { httpAgentOptions: { keepAlive: false } } }),
    observe: connections,
    kept: '3 connections',
  },
  {
    promise: 'A function as `httpAgentOptions` returns the agent for a protocol; it may be asynchronous.',
    with: () => ({
      settings: {
        httpAgentOptions: async (protocol: string) => new Agent({ keepAlive: protocol !== 'http:' }),
      },
    }),
    observe: connections,
    kept: '3 connections',
  },
  {
    promise: 'Exporting makes no spans of its own: tracing is suppressed meanwhile.',
    with() {
      const headers = async () => ({ suppressed: String(context.active().getValue(SUPPRESS_TRACING)) })
      return { settings: { headers } }
    },
    async observe(world) {
      await world.send()
      return `suppressed: ${header(world, 'suppressed')}`
    },
    kept: 'suppressed: true',
  },
]
