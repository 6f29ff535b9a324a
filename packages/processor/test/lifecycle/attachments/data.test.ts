import { createHash } from 'node:crypto'
import { startSession } from '@otel-sessions/processor/lifecycle'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { stopTracing } from '../../../../../test/support/tracing.ts'
import { attach } from './fixture.ts'

const hash = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

afterEach(() => {
  vi.unstubAllGlobals()
  stopTracing()
})

describe('inline data', () => {
  it('is sent as text, with name, type, size in bytes and hash', async () => {
    expect(await attach({ data: 'Grüße', name: 'hello.txt' })).toEqual({
      sent: {
        name: 'hello.txt',
        type: 'text/plain',
        size: 7,
        sha256: hash('Grüße'),
        content: 'Grüße',
        encoding: 'utf-8',
      },
      problems: [],
    })
  })

  const bytes = new Uint8Array([0, 1, 0xfe, 0xff])
  it.each([
    ['bytes', bytes, 'application/octet-stream'],
    [
      'a part of a larger buffer',
      new Uint8Array([9, 0, 1, 0xfe, 0xff, 9]).subarray(1, 5),
      'application/octet-stream',
    ],
    ['an ArrayBuffer', bytes.buffer, 'application/octet-stream'],
    ['a Blob', new Blob([bytes], { type: 'image/x-dot' }), 'image/x-dot'],
    ['a File', new File([bytes], 'dot.img', { type: 'image/x-dot' }), 'image/x-dot'],
    ['shared memory', sharedBytes(bytes), 'application/octet-stream'],
  ])('is sent as base64 where it is %s', async (_, data, type) => {
    const { sent, problems } = await attach({ data })
    expect(sent).toMatchObject({
      type,
      size: 4,
      sha256: hash(bytes),
      content: 'AAH+/w==',
      encoding: 'base64',
    })
    expect(problems).toEqual([])
  })

  it('has the name of a File, unless another is given', async () => {
    const data = new File(['x'], 'own.txt')
    expect((await attach({ data })).sent).toHaveProperty('name', 'own.txt')
    expect((await attach({ data, name: 'other.txt' })).sent).toHaveProperty('name', 'other.txt')
  })

  it.each([
    ['application/json', 'utf-8'],
    ['application/ld+json; charset=UTF-8', 'utf-8'],
    ['image/svg+xml', 'utf-8'],
    ['text/csv', 'utf-8'],
    ['text/plain; charset=iso-8859-1', 'base64'],
    ['application/pdf', 'base64'],
    ['application/jsonish', 'base64'],
  ])('of type %s is sent as %s', async (type, encoding) => {
    const { sent } = await attach({ data: new TextEncoder().encode('{}'), type })
    expect(sent).toMatchObject({ type, encoding })
  })

  it('is sent as base64 where its type is text, but it is not UTF-8', async () => {
    const { sent } = await attach({ data: new Uint8Array([0xff]), type: 'text/plain' })
    expect(sent).toMatchObject({ content: '/w==', encoding: 'base64' })
  })

  it('keeps a byte order mark', async () => {
    const { sent } = await attach({ data: '\ufeffx' })
    expect(sent).toMatchObject({ content: '\ufeffx', size: 4, sha256: hash('\ufeffx') })
  })

  it('can be decoded to the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 20_000 }), fc.boolean(), async (data, isText) => {
        const type = isText ? 'text/plain' : 'image/png'
        const { sent } = await attach({ data, type }, { maxInlineBytes: 20_000 })
        const encoding = sent?.['encoding'] as 'utf-8' | 'base64'
        expect(new Uint8Array(Buffer.from(String(sent?.['content']), encoding))).toEqual(data)
        expect(sent).toMatchObject({ size: data.length, sha256: hash(data) })
      }),
    )
  })

  it('does not change when the application overwrites the bytes', async () => {
    const data = new Uint8Array([1, 2, 3])
    const attached = attach({ data })
    data.fill(0)
    expect((await attached).sent).toMatchObject({ content: 'AQID', sha256: hash(new Uint8Array([1, 2, 3])) })
  })
})

describe('maxInlineBytes', () => {
  it.each([
    [4096, undefined, true],
    [4097, undefined, false],
    [0, 0, true],
    [1, 0, false],
    [2 ** 20, 2 ** 20, true],
  ])('%i bytes with a limit of %s: inline %s', async (size, maxInlineBytes, inline) => {
    const { sent, problems } = await attach({ data: new Uint8Array(size) }, { maxInlineBytes })
    expect('content' in (sent ?? {})).toBe(inline)
    expect(sent).toMatchObject({ size, sha256: hash(new Uint8Array(size)) })
    expect(problems).toEqual(inline ? [] : ['attachment:not-sent'])
  })

  it('counts bytes, not characters', async () => {
    expect((await attach({ data: 'üü' }, { maxInlineBytes: 3 })).sent).not.toHaveProperty('content')
  })

  it('does not load a Blob of more than 64 MiB', async () => {
    const arrayBuffer = vi.fn()
    const { sent, problems } = await attach({ data: { size: 2 ** 40, type: 'video/mp4', arrayBuffer } })
    expect(sent).toEqual({ type: 'video/mp4', size: 2 ** 40 })
    expect(arrayBuffer).not.toHaveBeenCalled()
    expect(problems).toEqual(['attachment:no-hash', 'attachment:not-sent'])
  })
})

describe('an invalid attachment', () => {
  const throwing = new Proxy({}, { get: () => expect.fail('hostile') })
  it.each([
    ['nothing', undefined, 'attachment:rejected'],
    ['a string', '/etc/hostname', 'attachment:rejected'],
    ['an empty object', {}, 'attachment:rejected'],
    ['a number as data', { data: 42 }, 'attachment:unreadable'],
    ['an object that throws', throwing, 'attachment:unreadable'],
    [
      'a Blob that cannot be read',
      { data: { size: 1, arrayBuffer: () => Promise.reject(42) } },
      'attachment:unreadable',
    ],
    [
      'a Blob without a size',
      { data: { size: Number.NaN, type: '', arrayBuffer: async () => new ArrayBuffer(1) } },
      'attachment:unreadable',
    ],
    ['a data: URL of more than 2 MiB', { url: `data:,${'x'.repeat(2 ** 21)}` }, 'attachment:unreadable'],
  ])('is not sent, and counted: %s', async (_, input, code) => {
    expect(await attach(input)).toEqual({ sent: undefined, problems: [code] })
  })

  it('is sent without an invalid name and type', async () => {
    const { sent, problems } = await attach({ data: 'x', name: 'n'.repeat(256), type: 'text' })
    expect(sent).toMatchObject({ type: 'text/plain', content: 'x' })
    expect(sent).not.toHaveProperty('name')
    expect(problems).toEqual(['attachment:bad-name', 'attachment:bad-type'])
  })

  it('is sent without a hash where the platform has no crypto, which is counted', async () => {
    vi.stubGlobal('crypto', {})
    const { sent, problems } = await attach({ data: 'x' })
    expect(sent).toEqual({ type: 'text/plain', size: 1, content: 'x', encoding: 'utf-8' })
    expect(problems).toEqual(['attachment:no-hash'])
  })

  it.each([
    [
      { maxInlineBytes: -1 },
      'startSession: option maxInlineBytes must be a whole number from 0 to 1048576, it is -1',
    ],
    [{ maxInlineBytes: 2 ** 20 + 1 }, 'option maxInlineBytes'],
    [{ maxInlineBytes: '1' }, 'it is a string of 1 character'],
    [{ upload: 'https://x' }, 'option upload must be a function, it is a string of 9 characters'],
    [{ uploadTimeoutMillis: 0 }, 'option uploadTimeoutMillis'],
    [{ maxBytes: 1 }, 'there is no option "maxBytes"'],
    [null, 'options must be an object, they are null'],
  ])('has options that throw when they are wrong: %j', (options, message) => {
    expect(() => startSession({}, options as never)).toThrow(message)
  })
})

function sharedBytes(bytes: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
  shared.set(bytes)
  return shared
}
