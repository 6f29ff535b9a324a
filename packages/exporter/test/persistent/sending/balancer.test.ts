import { Agent, get, type IncomingMessage } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { newTransport } from '../../../src/persistent/sending/http/transport.ts'
import type { SenderSettings } from '../../../src/persistent/sending/types.ts'
import { startBalancer } from './support/balancer.ts'
import { ManualClock } from './support/clock.ts'
import { lineCodec } from './support/codec.ts'
import { answer, type Reply, startEndpoint } from './support/server.ts'
import { settingsWith, until } from './support/settings.ts'
import { closeLater, disconnect } from './support/transport.ts'

afterEach(disconnect)

/** Connects to nodes behind a balancer. Each node answers each request alike. */
async function connectTo(replies: readonly Reply[], some: Partial<SenderSettings> = {}) {
  const clock = new ManualClock()
  const nodes = []
  for (const reply of replies) nodes.push(closeLater(await startEndpoint(Array(50).fill(reply))))
  const balancer = closeLater(await startBalancer(nodes.map(({ url }) => url)))
  const settings = settingsWith({ url: balancer.url, ...some })
  const transport = closeLater(newTransport(settings, lineCodec, clock))
  const post = async () => {
    const { kind } = await transport.post('json', [Buffer.from('a\n')])
    // Node returns a connection to its agent in a later turn.
    await new Promise((resolve) => setImmediate(resolve))
    return kind
  }
  return { nodes, balancer, post, clock }
}

const ok = answer(200)
const reset: Reply = (_, { socket }) => socket.resetAndDestroy()
const bodies = (nodes: readonly { received: readonly unknown[] }[]) => nodes.map((one) => one.received.length)

/** An agent that the application uses for other requests, too. */
function sharedAgent(options: ConstructorParameters<typeof Agent>[0] = {}) {
  const agent = new Agent({ keepAlive: true, ...options })
  closeLater({ close: () => agent.destroy() })
  const idle = () => Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])
  return { agent, idle }
}

const body = async (url: string, agent: Agent) => {
  const response = await new Promise<IncomingMessage>((resolve) => void get(url, { agent }, resolve))
  return new Promise((resolve) => response.resume().on('end', resolve))
}

describe('behind a balancer with a sick node', () => {
  it.each([
    ['429', answer(429)],
    ['502', answer(502)],
    ['503', answer(503)],
    ['504', answer(504, {}, 'x'.repeat(100_000))],
    ['500', answer(500)],
    ['no answer and a reset', reset],
    ['half an answer', (_, { socket }) => socket.end('HTTP/1.1 503 X\r\nContent-Length: 9\r\n\r\nx')],
  ] satisfies [string, Reply][])('the next attempt goes to a healthy one, after %s', async (_, sick) => {
    const { nodes, post } = await connectTo([sick, ok])
    expect(await post()).not.toBe('accepted')
    expect(await post()).toBe('accepted')
    // The healthy connection is kept.
    expect(await post()).toBe('accepted')
    expect(bodies(nodes)).toEqual([1, 2])
  })

  it('the next attempt goes to a healthy one, after a timeout', async () => {
    const { nodes, post, clock } = await connectTo([() => {}, ok])
    const first = post()
    await until(() => nodes[0]?.received.length === 1)
    clock.advance(10_000)
    expect(await first).toBe('retry')
    expect(await post()).toBe('accepted')
  })

  it('idle connections are not used after a failure, because they may lead to the same node', async () => {
    let isSick = false
    const first: Reply = (...args) => (isSick ? answer(503) : ok)(...args)
    const { nodes, post, balancer } = await connectTo([first, first, first, ok], { concurrency: 3 })
    expect(await Promise.all([post(), post(), post()])).toEqual(['accepted', 'accepted', 'accepted'])
    expect(balancer.connections).toBe(3)
    isSick = true
    expect(await post()).toBe('retry')
    expect(await post()).toBe('accepted')
    expect(balancer.connections).toBe(4)
    expect(nodes[3]?.received).toHaveLength(1)
  })

  it('a connection is kept after an answer that concerns the request', async () => {
    const { balancer, post } = await connectTo([answer(400), ok])
    expect([await post(), await post()]).toEqual(['rejected', 'rejected'])
    expect(balancer.connections).toBe(1)
  })

  it('connections of an agent of the application are closed only if they are ours', async () => {
    const other = closeLater(await startEndpoint())
    const { agent, idle } = sharedAgent()
    let isSick = false
    const first: Reply = (...args) => (isSick ? answer(503) : ok)(...args)
    const { post, balancer } = await connectTo([first, first, ok], { agentOptions: () => agent })
    await body(other.url, agent)
    await until(() => idle().length === 1)
    const [theirs] = idle()
    expect(await Promise.all([post(), post()])).toEqual(['accepted', 'accepted'])
    await until(() => idle().length === 3)
    isSick = true
    expect(await post()).toBe('retry')
    expect(await post()).toBe('accepted')
    expect(balancer.connections).toBe(3)
    expect(theirs?.destroyed).toBe(false)
    await body(other.url, agent)
    expect(other.connections).toBe(1)
  })

  it('a connection of ours that the application uses at that moment is not closed', async () => {
    let respond = () => {}
    const slow: Reply = (response) => {
      respond = () => void response.end('late')
    }
    const { agent, idle } = sharedAgent()
    const replies: Reply[] = [ok, slow, answer(503)]
    const endpoint = closeLater(await startEndpoint(replies))
    const settings = settingsWith({ url: endpoint.url, agentOptions: () => agent })
    const transport = closeLater(newTransport(settings, lineCodec, new ManualClock()))
    const post = async () => (await transport.post('json', [Buffer.from('a\n')])).kind
    expect(await post()).toBe('accepted')
    await until(() => idle().length === 1)
    const theirs = body(endpoint.url, agent)
    await until(() => endpoint.received.length === 2)
    expect(await post()).toBe('retry')
    respond()
    await theirs
    expect(endpoint.connections).toBe(2)
  })
})
