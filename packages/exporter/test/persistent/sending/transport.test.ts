import { EventEmitter } from 'node:events'
import { Agent } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { diag } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { collectWarnings } from '../../../../../test/support/tracing.ts'
import { HttpAttempt } from '../../../src/persistent/sending/http/attempt.ts'
import { Deadline } from '../../../src/persistent/sending/http/deadline.ts'
import { openEndpoint } from '../../../src/persistent/sending/http/endpoint.ts'
import { newTransport } from '../../../src/persistent/sending/http/transport.ts'
import { certificate, key } from './support/certificate.ts'
import { ManualClock } from './support/clock.ts'
import { lineCodec } from './support/codec.ts'
import { answer, startEndpoint } from './support/server.ts'
import { settingsWith, until } from './support/settings.ts'
import { closeLater, connect, disconnect } from './support/transport.ts'

afterEach(async () => {
  diag.disable()
  await disconnect()
})

const accepted = { kind: 'accepted', status: 200, rejectedSpans: 0, message: '' }

const noDeadline = () => new Deadline(new ManualClock(), 10_000, () => {})

describe('a request', () => {
  it('has its parts in order, their length, and headers that describe them', async () => {
    const { post, endpoint } = await connect()
    expect(await post('a\n', 'bé\n', 'c'.repeat(100_000), 'd\n')).toEqual(accepted)
    const [received] = endpoint.received
    const body = `a\nbé\n${'c'.repeat(100_000)}d\n`
    expect(String(received?.body)).toBe(body)
    expect(received).toMatchObject({ method: 'POST', url: '/v1/traces' })
    expect(received?.headers).toMatchObject({
      'content-length': String(Buffer.byteLength(body)),
      'content-type': 'application/x-lines-protobuf',
      'user-agent': expect.stringMatching(/^otel-sessions-exporter\/\d+\.\d+\.\d+/),
    })
    expect(received?.headers).not.toHaveProperty('content-encoding')
    expect(received?.headers).not.toHaveProperty('transfer-encoding')
  })

  it('has the content type of its format', async () => {
    const { transport, endpoint } = await connect()
    for (const format of ['json', 'protobuf', 'json'] as const)
      await transport.post(format, [Buffer.from('a\n')])
    const types = endpoint.received.map(({ headers }) => headers['content-type'])
    const json = 'application/x-lines-json'
    expect(types).toEqual([json, 'application/x-lines-protobuf', json])
  })

  it('has the headers of the application, except those that describe the body', async () => {
    const headers = {
      'User-Agent': 'mine',
      Authorization: 'Bearer t',
      'Content-Type': 'text/plain',
      'content-LENGTH': '1',
      'content-encoding': 'br',
      'transfer-encoding': 'chunked',
      Expect: '100-continue',
      Trailer: 'x-sum',
      upgrade: 'h2c',
    }
    const { post, endpoint } = await connect([], { headers })
    expect(await post('a\n')).toEqual(accepted)
    expect(endpoint.received[0]?.headers).toMatchObject({
      'user-agent': expect.stringMatching(/^mine otel-sessions-exporter\/\d+\.\d+\.\d+/),
      authorization: 'Bearer t',
      'content-type': 'application/x-lines-protobuf',
      'content-length': '2',
    })
    for (const name of ['content-encoding', 'transfer-encoding', 'expect', 'trailer', 'upgrade']) {
      expect(endpoint.received[0]?.headers).not.toHaveProperty(name)
    }
  })

  it('is answered although Node writes its head at once, and if Node rejects it', async () => {
    const endpoint = closeLater(await startEndpoint())
    const target = openEndpoint(endpoint.url, {}, 10_000)
    const expecting = new HttpAttempt(target, lineCodec('json'))
    expecting.send({ expect: '100-continue' }, [Buffer.from('a\n')], noDeadline())
    expect(await expecting.answer).toEqual(accepted)
    expect(endpoint.received.map(({ body }) => String(body))).toEqual(['a\n'])
    const rejected = new HttpAttempt(target, lineCodec('json'))
    rejected.send({ trailer: 'x-sum' }, [Buffer.from('b\n')], noDeadline())
    expect(await rejected.answer).toMatchObject({ kind: 'retry', reason: 'ERR_HTTP_TRAILER_INVALID' })
    target.close()
    await until(() => endpoint.sockets.size === 0)
  })

  it('has headers that a function returns for it', async () => {
    let count = 0
    const { post, endpoint } = await connect([], {
      headers: async () => ({ Authorization: `Bearer ${++count}` }),
    })
    await post('a\n')
    await post('b\n')
    expect(endpoint.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer 1', 'Bearer 2'])
  })

  it('waits while the function for its headers fails, which is logged once, without its message', async () => {
    const warnings = collectWarnings()
    const failures = [
      () => Promise.reject(new Error('secret')),
      () => {
        throw new RangeError('secret')
      },
      () => ({ 'no name': 'secret' }),
      () => ({ name: 'secret\n' }),
      () => null as never,
    ]
    const { post, endpoint } = await connect([], { headers: () => (failures.shift() ?? (() => ({})))() })
    for (const reason of ['Error', 'RangeError', 'TypeError', 'TypeError', 'TypeError']) {
      expect(await post('a\n')).toMatchObject({ kind: 'retry', reason: `option headers: ${reason}` })
    }
    expect(endpoint.received).toHaveLength(0)
    expect(await post('a\n')).toEqual(accepted)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('option headers')
    expect(warnings[0]).not.toContain('secret')
  })

  it('ends at its timeout although the function for its headers is pending, and is not sent later', async () => {
    const clock = new ManualClock()
    let resolve = (_: Record<string, string>) => {}
    const pending = new Promise<Record<string, string>>((done) => {
      resolve = done
    })
    const { post, endpoint } = await connect([], { headers: () => pending }, clock)
    const answered = post('a\n')
    clock.advance(10_000)
    expect(await answered).toMatchObject({ kind: 'retry', reason: 'option headers: timeout' })
    resolve({})
    await pending
    await connect().then((other) => other.post('b\n'))
    expect(endpoint.connections).toBe(0)
  })

  it.each(['headers', 'agentOptions'] as const)(
    'asks a function for %s again after it has hung, which is logged once',
    async (option) => {
      const warnings = collectWarnings()
      const clock = new ManualClock()
      let calls = 0
      let late = (_: object) => {}
      const hang = new Promise<object>((resolve) => {
        late = resolve
      })
      const agents = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })] as const
      for (const agent of agents) closeLater({ close: () => agent.destroy() })
      const [headers, agent] = [{ authorization: 'late' }, agents[1]]
      const give = () => (++calls > 1 ? Promise.resolve(option === 'headers' ? headers : agent) : hang)
      const { post, endpoint } = await connect([], { [option]: give }, clock)
      const first = post('a\n')
      await new Promise((resolve) => setImmediate(resolve))
      clock.advance(10_000)
      expect(await first).toMatchObject({
        kind: 'retry',
        reason: expect.stringMatching(/^option .*: timeout$/),
      })
      expect(await post('b\n')).toEqual(accepted)
      expect(calls).toBe(2)
      late(option === 'headers' ? {} : agents[0])
      expect(await post('c\n')).toEqual(accepted)
      expect(endpoint.received.map(({ body }) => String(body))).toEqual(['b\n', 'c\n'])
      expect(endpoint.connections).toBe(1)
      expect(warnings).toHaveLength(1)
      expect(warnings[0]).toContain('did not finish within 10000 ms; spans wait until it succeeds')
    },
  )

  it('throws at construction, with their name, for headers that HTTP does not allow', () => {
    const start = (headers: Record<string, string>) => () =>
      newTransport(settingsWith({ headers }), lineCodec)
    expect(start({ 'no name': 'secret' })).toThrow('headers: "no name" must be a valid header name')
    expect(start({ name: 'secret\n' })).toThrow('headers: "name"')
    expect(start({ name: true as never })).toThrow('headers: "name"')
  })

  it.each([
    ['gzip', gunzipSync],
    ['zstd', zstdDecompressSync],
  ] as const)('is compressed with %s, and has the compressed length', async (compression, decompress) => {
    const { post, endpoint } = await connect([], { compression })
    const parts = [...Array(300).keys()].map((i) => `${String(i).repeat(i * i)}\n`)
    expect(await post(...parts)).toEqual(accepted)
    expect(await post('')).toEqual(accepted)
    const [large, empty] = endpoint.received
    expect(large?.headers).toMatchObject({
      'content-encoding': compression,
      'content-length': String(large?.body.length),
    })
    expect(large?.body.length).toBeLessThan(parts.join('').length / 10)
    expect(String(decompress(large?.body as Buffer))).toBe(parts.join(''))
    expect(decompress(empty?.body as Buffer)).toHaveLength(0)
  })
})

describe('a connection', () => {
  it('is used for all sequential requests', async () => {
    const { post, endpoint } = await connect()
    for (let i = 0; i < 5; i++) expect(await post('a\n')).toEqual(accepted)
    expect(endpoint.connections).toBe(1)
  })

  it('that was reset while idle costs nothing: the request is repeated on a new one', async () => {
    const { post, endpoint } = await connect()
    const three = await Promise.all([post('a\n'), post('b\n'), post('c\n')])
    expect(three).toEqual([accepted, accepted, accepted])
    expect(endpoint.connections).toBe(3)
    // The connections end in the same turn in which the request starts, so the reset is not known yet.
    for (const socket of endpoint.sockets) socket.resetAndDestroy()
    expect(await post('d\n')).toEqual(accepted)
    expect(endpoint.received.map(({ body }) => String(body)).sort()).toEqual(['a\n', 'b\n', 'c\n', 'd\n'])
  })

  it('that is reset again is a failure, and the request is not repeated a second time', async () => {
    const { post, endpoint } = await connect([
      answer(200),
      (_, { socket }) => socket.resetAndDestroy(),
      (_, { socket }) => socket.resetAndDestroy(),
    ])
    expect(await post('a\n')).toEqual(accepted)
    expect(await post('b\n')).toMatchObject({ kind: 'retry', reason: 'ECONNRESET' })
    expect(endpoint.received.map(({ body }) => String(body))).toEqual(['a\n', 'b\n', 'b\n'])
  })

  it('that is reset a second time is a failure, although it was reused as well', async () => {
    let requests = 0
    const reset = () => {
      const request = new EventEmitter()
      const end = () => queueMicrotask(() => request.emit('error', { code: 'ECONNRESET' }))
      requests++
      return Object.assign(request, { reusedSocket: true, setHeader() {}, write() {}, end, destroy() {} })
    }
    const target = {
      host: 'x',
      request: reset as never,
      ready: async () => {},
      askAgain() {},
      closeIdle() {},
      close() {},
    }
    const attempt = new HttpAttempt(target, lineCodec('json'))
    attempt.send({}, [], noDeadline())
    expect(await attempt.answer).toMatchObject({ kind: 'retry', reason: 'ECONNRESET' })
    expect(requests).toBe(2)
  })

  it('that is not open yet can be aborted alone, or together with requests in flight', async () => {
    const server = await connect([() => {}])
    const waiting = server.post('a\n')
    await until(() => server.endpoint.received.length === 1)
    const [, port] = /:(\d+)/.exec(server.endpoint.url.slice(5)) ?? []
    const agentOptions = { lookup: () => {} }
    const nowhere = await connect([], { url: `http://localhost:${port}/`, agentOptions })
    const connecting = nowhere.post('b\n')
    await new Promise((resolve) => setImmediate(resolve))
    server.transport.abort('connecting')
    nowhere.transport.abort('connecting')
    expect(await connecting).toMatchObject({ kind: 'retry', reason: 'aborted' })
    expect(await Promise.race([waiting, 'waits'])).toBe('waits')
    server.transport.abort('all')
    expect(await waiting).toMatchObject({ kind: 'retry', reason: 'aborted' })
  })

  it('that is new and reset is a failure', async () => {
    const { post, endpoint } = await connect([(_, { socket }) => socket.resetAndDestroy()])
    expect(await post('a\n')).toMatchObject({ kind: 'retry', reason: 'ECONNRESET' })
    expect(endpoint.received).toHaveLength(1)
  })

  it('that cannot be opened is a failure', async () => {
    const { post, endpoint } = await connect()
    await endpoint.close()
    expect(await post('a\n')).toMatchObject({ kind: 'retry', reason: 'ECONNREFUSED', status: undefined })
  })

  it('is closed when the endpoint answers before it has read the request', async () => {
    const sockets: Socket[] = []
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.pause().write('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n')
      sockets.push(socket)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const transport = closeLater(newTransport(settingsWith({ url: `http://127.0.0.1:${port}/` }), lineCodec))
    expect(await transport.post('json', [Buffer.alloc(32 * 1024 * 1024)])).toEqual({ kind: 'too-large' })
    await new Promise((resolve) => sockets[0]?.on('close', resolve).resume())
    server.close()
  })

  it('is opened by the agent that a function returns, which the application has to close', async () => {
    const agent = new Agent({ keepAlive: true })
    let isMade = false
    const protocols: string[] = []
    const agentOptions = async (protocol: string) => {
      protocols.push(protocol)
      if (isMade) return agent
      isMade = true
      throw new Error('secret')
    }
    const warnings = collectWarnings()
    const { post, endpoint, transport } = await connect([], { agentOptions })
    expect(await post('a\n')).toMatchObject({ kind: 'retry', reason: 'option httpAgentOptions: Error' })
    expect(await post('a\n')).toEqual(accepted)
    expect(await post('b\n')).toEqual(accepted)
    expect(protocols).toEqual(['http:', 'http:'])
    expect(endpoint.connections).toBe(1)
    await until(() => Object.keys(agent.freeSockets).length === 1)
    transport.close()
    expect(Object.values(agent.freeSockets)[0]?.[0]?.destroyed).toBe(false)
    agent.destroy()
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).not.toContain('secret')
  })

  it('over TLS trusts the certificates of the agent options, and no others', async () => {
    const endpoint = closeLater(await startEndpoint([], { cert: certificate, key }))
    const to = (agentOptions: Record<string, unknown>) =>
      closeLater(newTransport(settingsWith({ url: endpoint.url, agentOptions }), lineCodec))
    const trusting = to({ ca: certificate })
    for (let i = 0; i < 2; i++) expect(await trusting.post('json', [Buffer.from('a\n')])).toEqual(accepted)
    expect(endpoint.received.map(({ body }) => String(body))).toEqual(['a\n', 'a\n'])
    expect(endpoint.connections).toBe(1)
    const distrusting = await to({}).post('json', [Buffer.from('a\n')])
    expect(distrusting).toMatchObject({ kind: 'retry', reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    expect(endpoint.received).toHaveLength(2)
  })
})

describe('a closed transport', () => {
  it('ends requests in flight, leaves no connection and no timer, and posts nothing more', async () => {
    const clock = new ManualClock()
    const ok = answer(200)
    const { post, endpoint, transport } = await connect([ok, ok, ok, () => {}, () => {}], {}, clock)
    expect(await Promise.all([post('a\n'), post('a\n'), post('a\n')])).toEqual([accepted, accepted, accepted])
    const pending = [post('b\n'), post('c\n')]
    await until(() => endpoint.received.length === 5)
    // One of them waits for a request.
    expect(endpoint.sockets.size).toBe(3)
    transport.close()
    const closed = { kind: 'retry', reason: 'closed', status: undefined, afterMillis: undefined }
    expect(await Promise.all(pending)).toEqual([closed, closed])
    expect(await post('d\n')).toEqual(closed)
    await until(() => endpoint.sockets.size === 0)
    expect(clock.timers.size).toBe(0)
    expect(endpoint.received).toHaveLength(5)
  })

  it('ends a request that is about to be sent', async () => {
    const { post, endpoint, transport } = await connect([], { compression: 'gzip' })
    const pending = post('a\n')
    transport.close()
    expect(await pending).toMatchObject({ kind: 'retry', reason: 'closed' })
    await connect().then((other) => other.post('b\n'))
    expect(endpoint.connections).toBe(0)
  })
})
