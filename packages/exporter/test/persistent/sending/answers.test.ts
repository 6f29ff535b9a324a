import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { diag } from '@opentelemetry/api'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { collectWarnings } from '../../../../../test/support/tracing.ts'
import { ManualClock } from './support/clock.ts'
import { answer, type Reply } from './support/server.ts'
import { until } from './support/settings.ts'
import { connect, disconnect } from './support/transport.ts'

afterEach(async () => {
  diag.disable()
  await disconnect()
})

const JSON_TYPE = { 'content-type': 'application/json' }
const partial = (rejectedSpans: number, message: string) => JSON.stringify({ rejectedSpans, message })
const accepted = (rejectedSpans = 0, message = '', status = 200) => ({
  kind: 'accepted',
  status,
  rejectedSpans,
  message,
})
const retry = (reason: string, afterMillis?: number) => {
  const status = /^\d+$/.test(reason) ? Number(reason) : undefined
  return { kind: 'retry', reason, status, afterMillis }
}
const rejected = (status: number, message = '') => ({ kind: 'rejected', status, message })
const unreadable = (status: number) => ({ kind: 'unreadable', status })
const MEBIBYTE = 1024 * 1024
const date = { date: 'Sun, 06 Nov 1994 08:49:37 GMT', 'retry-after': 'Sun, 06 Nov 1994 08:50:07 GMT' }
// google.rpc.Status: a code, the message, a detail after it.
const status = Buffer.concat([Buffer.from([8, 3, 18, 8]), Buffer.from('no space'), Buffer.from([26, 1, 65])])

/** Resolves at the next message: when a client of this process has received the head of an answer. */
const once = (channel: string) =>
  new Promise<void>((resolve) => {
    const onMessage = () => {
      unsubscribe(channel, onMessage)
      resolve()
    }
    subscribe(channel, onMessage)
  })

describe('an answer', () => {
  it.each<[string, Reply, object]>([
    ['200', answer(200), accepted()],
    ['202', answer(202), accepted(0, '', 202)],
    ['204', answer(204), accepted(0, '', 204)],
    ['299', answer(299), accepted(0, '', 299)],
    ['200 with a partial success', answer(200, JSON_TYPE, partial(3, 'too old')), accepted(3, 'too old')],
    [
      '200 of another content type',
      answer(200, { 'content-type': 'text/html' }, partial(3, 'x')),
      accepted(),
    ],
    ['200 with garbage', answer(200, JSON_TYPE, '{'), accepted()],
    ['200 with 4 MiB', answer(200, JSON_TYPE, partial(3, '').padEnd(4 * MEBIBYTE)), accepted(3)],
    ['200 with more', answer(200, JSON_TYPE, partial(3, '').padEnd(4 * MEBIBYTE + 1)), unreadable(200)],
    [
      '200 with gzip',
      answer(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }, gzipSync(partial(3, ''))),
      accepted(3),
    ],
    [
      '200 with x-gzip',
      answer(200, { ...JSON_TYPE, 'content-encoding': 'X-GZip' }, gzipSync(partial(3, ''))),
      accepted(3),
    ],
    [
      '200 with deflate',
      answer(200, { ...JSON_TYPE, 'content-encoding': 'deflate' }, deflateSync(partial(3, ''))),
      accepted(3),
    ],
    [
      '200 with br',
      answer(200, { ...JSON_TYPE, 'content-encoding': 'br' }, brotliCompressSync(partial(3, ''))),
      accepted(3),
    ],
    [
      '200 with another encoding',
      answer(200, { ...JSON_TYPE, 'content-encoding': 'x' }, partial(3, '')),
      accepted(),
    ],
    [
      '200 with a broken encoding',
      answer(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }, partial(3, '')),
      accepted(),
    ],
    [
      '202 with more than 4 MiB after decompression',
      answer(202, { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(4 * MEBIBYTE + 1))),
      unreadable(202),
    ],
    ['503 with more than 4 MiB', answer(503, {}, Buffer.alloc(5 * MEBIBYTE)), retry('503')],
    ['400 with gzip', answer(400, { 'content-encoding': 'gzip' }, gzipSync('no')), rejected(400, 'no')],
    ['400 with a broken encoding', answer(400, { 'content-encoding': 'gzip' }, 'no'), rejected(400)],
    ['429', answer(429), retry('429')],
    ['429 and seconds', answer(429, { 'retry-after': '30' }), retry('429', 30_000)],
    ['429 and zero seconds', answer(429, { 'retry-after': '0' }), retry('429', 0)],
    ['429 and a date', answer(429, date), retry('429', 30_000)],
    ['429 and garbage', answer(429, { 'retry-after': 'soon' }), retry('429')],
    ['502', answer(502), retry('502')],
    ['503 and a year', answer(503, { 'retry-after': '31536000' }), retry('503', 31_536_000_000)],
    ['504', answer(504), retry('504')],
    ['413', answer(413, {}, 'huge'), { kind: 'too-large' }],
    ['302', answer(302, { location: 'http://127.0.0.1:1/' }), rejected(302)],
    ['400', answer(400, {}, 'no\r\n such\u0000thing'), rejected(400, 'no such thing')],
    [
      '400 in protobuf',
      answer(400, { 'content-type': 'application/x-protobuf' }, status),
      rejected(400, 'no space'),
    ],
    ['400 in broken protobuf', answer(400, { 'content-type': 'application/x-protobuf' }, 'x'), rejected(400)],
    ['400 with a long text', answer(400, {}, 'x'.repeat(999)), rejected(400, `${'x'.repeat(200)}…`)],
    ['401', answer(401), rejected(401)],
    ['404', answer(404), rejected(404)],
    ['408', answer(408), rejected(408)],
    ['500', answer(500), rejected(500)],
    ['501', answer(501), rejected(501)],
    ['no answer', (_, { socket }) => socket.destroy(), retry('ECONNRESET')],
    ['no HTTP', (_, { socket }) => socket.end('hello\r\n\r\n'), retry('HPE_INVALID_CONSTANT')],
    [
      '101',
      (_, { socket }) => socket.write('HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
      retry('closed'),
    ],
  ])('%s is read as OTLP specifies', async (_, reply, expected) => {
    const { post, endpoint } = await connect([reply])
    expect(await post('a\n')).toEqual(expected)
    expect(endpoint.received).toHaveLength(1)
    expect(await post('b\n')).toEqual(accepted())
  })

  it('that never comes ends at the timeout, with its connection', async () => {
    const clock = new ManualClock()
    const { post, endpoint } = await connect([() => {}], { timeoutMillis: 5000 }, clock)
    const answered = post('a\n')
    await until(() => endpoint.received.length === 1)
    clock.advance(4999)
    expect(endpoint.sockets.size).toBe(1)
    clock.advance(1)
    expect(await answered).toEqual(retry('timeout'))
    await until(() => endpoint.sockets.size === 0)
    expect(clock.timers.size).toBe(0)
  })

  it('that stops in the middle of its status ends at the timeout', async () => {
    const clock = new ManualClock()
    const drip: Reply = (_, { socket }) => socket.write('HTTP/1.1 20')
    const { post, endpoint } = await connect([drip], {}, clock)
    const answered = post('a\n')
    await until(() => endpoint.received.length === 1)
    clock.advance(10_000)
    expect(await answered).toEqual(retry('timeout'))
    await until(() => endpoint.sockets.size === 0)
  })

  it.each([
    [200, accepted()],
    [400, rejected(400, '{')],
    [429, retry('429', 7000)],
  ])('%i that is incomplete at the timeout counts by its status', async (code, expected) => {
    const clock = new ManualClock()
    const hasHead: Reply = (response) => {
      response.writeHead(code, { 'retry-after': '7', 'content-length': 100, ...JSON_TYPE }).write('{')
    }
    const { post, endpoint } = await connect([hasHead], {}, clock)
    const head = once('http.client.response.finish')
    const answered = post('a\n')
    await head
    clock.advance(10_000)
    expect(await answered).toEqual(expected)
    await until(() => endpoint.sockets.size === 0)
  })

  it('with status 200 counts although the connection breaks before its end', async () => {
    const broken: Reply = (response, { socket }) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('x', () => socket.end())
    }
    const { post } = await connect([broken])
    expect(await post('a\n')).toEqual(accepted())
  })

  it('without an end is not read forever', async () => {
    const endless: Reply = (response) => {
      const more = () => void (response.destroyed || response.write(Buffer.alloc(8192), more))
      response.writeHead(200, JSON_TYPE)
      more()
    }
    const { post, endpoint } = await connect([endless], {}, new ManualClock())
    expect(await post('a\n')).toEqual(unreadable(200))
    await until(() => endpoint.sockets.size === 0)
  })

  it('is kept in one piece, however many it arrives in', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'
    const text = partial(3, 'too old').padEnd(100_000)
    const chunks = text.replace(/./g, '1\r\n$&\r\n')
    const { post } = await connect([(_, { socket }) => void socket.write(`${head}${chunks}0\r\n\r\n`)])
    const concat = vi.spyOn(Buffer, 'concat')
    expect(await post('a\n')).toEqual(accepted(3, 'too old'))
    const most = Math.max(0, ...concat.mock.calls.map(([pieces]) => pieces.length))
    concat.mockRestore()
    expect(most).toBeLessThan(100)
  })

  it.each<[string, Reply]>([
    ['a page', answer(200, {}, '<!DOCTYPE html><title>Log in</title>')],
    [
      'a page in the other spelling',
      answer(203, { 'content-type': 'text/plain' }, '\uFEFF\n <HTML lang="en">'),
    ],
    ['a page after a comment', answer(200, {}, '<!-- x -->\n<!doctype HTML>')],
    ['XHTML', answer(200, {}, '<?xml version="1.0"?>\n<!DOCTYPE html>')],
    ['a type alone', answer(200, { 'content-type': 'Text/HTML; charset=utf-8' }, 'Welcome')],
    ['a compressed page', answer(200, { 'content-encoding': 'gzip' }, gzipSync('<html>'))],
  ])('that is a web page counts as success and is logged once for the endpoint: %s', async (_, reply) => {
    const warnings = collectWarnings()
    const { post, endpoint } = await connect([reply, reply])
    for (let i = 0; i < 2; i++)
      expect(await post('a\n')).toMatchObject({ kind: 'accepted', rejectedSpans: 0 })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(`endpoint ${new URL(endpoint.url).host} answers with a web page`)
    expect(warnings[0]).toContain('option url')
    await (await connect([reply])).post('a\n')
    expect(warnings).toHaveLength(2)
  })

  it.each<[string, Reply]>([
    ['nothing', answer(200)],
    ['JSON', answer(200, JSON_TYPE, '{}')],
    ['JSON that is called HTML', answer(200, { 'content-type': 'text/html' }, ' {"partialSuccess":{}}')],
    ['text', answer(200, { 'content-type': 'text/plain' }, 'ok <html>')],
    ['a page with another status', answer(404, { 'content-type': 'text/html' }, '<html>')],
  ])('that is no web page is not called one: %s', async (_, reply) => {
    const warnings = collectWarnings()
    const { post } = await connect([reply])
    await post('a\n')
    expect(warnings).toEqual([])
  })
})
