import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { stopTracing } from '../../../../../test/support/tracing.ts'
import { attach } from './fixture.ts'

const hash = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.useRealTimers()
  stopTracing()
})

describe('a file', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'attach-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function fileOf(content: string | Uint8Array, name = 'notes.txt'): Promise<string> {
    const path = join(folder, name)
    await writeFile(path, content)
    return path
  }

  it('is sent inline, named by the last part of its path', async () => {
    const file = await fileOf('hello')
    expect(await attach({ file, type: 'text/plain' })).toEqual({
      sent: {
        name: 'notes.txt',
        type: 'text/plain',
        size: 5,
        sha256: hash('hello'),
        content: 'hello',
        encoding: 'utf-8',
      },
      problems: [],
    })
  })

  it('above maxInlineBytes is hashed and uploaded', async () => {
    const content = randomBytes(200_001)
    const file = await fileOf(content, 'large.bin')
    const upload = vi.fn(() => 'https://files.example/1')
    const { sent } = await attach({ file }, { upload })
    const fields = {
      name: 'large.bin',
      type: 'application/octet-stream',
      size: 200_001,
      sha256: hash(content),
    }
    expect(sent).toEqual({ ...fields, url: 'https://files.example/1' })
    expect(upload).toHaveBeenCalledWith({ ...fields, data: new Uint8Array(content), sessionId: 's1' })
  })

  it('above maxInlineBytes is sent as name, type, size and hash without the option upload', async () => {
    const content = randomBytes(70_000)
    const { sent, problems } = await attach({ file: await fileOf(content) })
    expect(sent).toMatchObject({ size: 70_000, sha256: hash(content) })
    expect(Object.keys(sent ?? {})).toEqual(['name', 'type', 'size', 'sha256'])
    expect(problems).toEqual(['attachment:not-sent'])
  })

  it('of more than 64 MiB is hashed, but not loaded', async () => {
    const file = await fileOf('', 'sparse.bin')
    await truncate(file, 65 * 2 ** 20)
    const upload = vi.fn()
    const { sent, problems } = await attach({ file }, { upload })
    expect(sent).toMatchObject({ size: 65 * 2 ** 20, sha256: hash(new Uint8Array(65 * 2 ** 20)) })
    expect(upload).not.toHaveBeenCalled()
    expect(problems).toEqual(['attachment:not-sent'])
  })

  it('of more than a GiB is not read', async () => {
    const file = await fileOf('', 'sparse.bin')
    await truncate(file, 2 ** 30 + 1)
    const { sent, problems } = await attach({ file }, { upload: () => 'https://files.example/1' })
    expect(sent).toEqual({ name: 'sparse.bin', type: 'application/octet-stream', size: 2 ** 30 + 1 })
    expect(problems).toEqual(['attachment:no-hash', 'attachment:not-sent'])
  })

  it.each(['/nowhere/at/all', '/dev/zero', '/'])('%s is not sent, and counted', async (file) => {
    expect(await attach({ file })).toEqual({ sent: undefined, problems: ['attachment:unreadable'] })
  })

  it('is hashed only when it is inline, where the platform cannot hash in pieces', async () => {
    const builtin = process.getBuiltinModule
    const withoutCrypto = (name: string) => (name === 'node:crypto' ? undefined : builtin(name))
    vi.spyOn(process, 'getBuiltinModule').mockImplementation(withoutCrypto as never)
    const [small, large] = [await fileOf('small'), await fileOf(randomBytes(5000), 'large.bin')]
    expect((await attach({ file: small })).sent).toMatchObject({ content: 'c21hbGw=', sha256: hash('small') })
    const { sent, problems } = await attach({ file: large })
    expect(sent).toEqual({ name: 'large.bin', type: 'application/octet-stream', size: 5000 })
    expect(problems).toEqual(['attachment:no-hash', 'attachment:not-sent'])
  })

  it('is left out and counted where there is no file system', async () => {
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
    expect(await attach({ file: 'x' })).toEqual({ sent: undefined, problems: ['attachment:rejected'] })
  })
})

describe('a URL', () => {
  it('is sent with its fields, and not fetched', async () => {
    const fetch = vi.fn()
    vi.stubGlobal('fetch', fetch)
    const url = 's3://bucket/report.pdf'
    const fields = { name: 'report', type: 'application/pdf', size: 12, sha256: 'AB'.repeat(32) }
    expect(await attach({ url, ...fields })).toEqual({
      sent: { ...fields, sha256: 'ab'.repeat(32), url },
      problems: [],
    })
    expect(fetch).not.toHaveBeenCalled()
  })

  it('may be a URL object', async () => {
    const { sent } = await attach({ url: new URL('https://files.example/a') })
    expect(sent).toEqual({ url: 'https://files.example/a' })
  })

  it.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    '/relative',
    '',
    'https://user:secret@files.example/',
    `https://files.example/${'x'.repeat(8192)}`,
    42,
  ])('%s is left out, and counted', async (url) => {
    expect(await attach({ url })).toEqual({ sent: undefined, problems: ['attachment:rejected'] })
  })

  it('is sent without an invalid size and hash', async () => {
    const { sent, problems } = await attach({ url: 'https://files.example/', size: -1, sha256: 'abc' })
    expect(sent).toEqual({ url: 'https://files.example/' })
    expect(problems).toEqual(['attachment:bad-sha256', 'attachment:bad-size'])
  })
})

describe('a data: URL', () => {
  it.each([
    ['data:text/plain,a%20b%', 'text/plain', 'a b%', 'utf-8'],
    ['data:,x', 'text/plain;charset=US-ASCII', 'x', 'utf-8'],
    ['data:;charset=utf-8,%C3%BC', 'text/plain;charset=utf-8', 'ü', 'utf-8'],
    ['data:image/png;base64,AAH%2B', 'image/png', 'AAH+', 'base64'],
    ['DATA:text/html;BASE64,PGI+', 'text/html', '<b>', 'utf-8'],
  ])('%s is data', async (url, type, content, encoding) => {
    const { sent, problems } = await attach({ url })
    expect(sent).toMatchObject({ type, content, encoding })
    expect(sent).not.toHaveProperty('url')
    expect(problems).toEqual([])
  })

  it('is limited by maxInlineBytes', async () => {
    const { sent, problems } = await attach({ url: `data:text/plain,${'x'.repeat(5000)}` })
    expect(sent).toEqual({ type: 'text/plain', size: 5000, sha256: hash('x'.repeat(5000)) })
    expect(problems).toEqual(['attachment:not-sent'])
  })

  it.each(['data:text/plain', 'data:;base64,%', 'data:;base64,?'])(
    '%s is left out, and counted',
    async (url) => {
      expect(await attach({ url })).toEqual({ sent: undefined, problems: ['attachment:unreadable'] })
    },
  )
})

describe('an upload', () => {
  const large = { data: new Uint8Array(5000), type: 'image/png' }
  const alone = { type: 'image/png', size: 5000, sha256: hash(large.data) }

  it.each([
    ['a Promise of a URL', async () => new URL('https://files.example/1')],
    [
      'a thenable of a string',
      () => Object.fromEntries([['then', (done: (url: string) => void) => done('https://files.example/1')]]),
    ],
  ])('may return %s', async (_, upload) => {
    expect(await attach(large, { upload: upload as never })).toEqual({
      sent: { ...alone, url: 'https://files.example/1' },
      problems: [],
    })
  })

  it('is not called for inline content', async () => {
    const upload = vi.fn()
    await attach({ data: 'x' }, { upload })
    expect(upload).not.toHaveBeenCalled()
  })

  it.each([
    ['throws', () => expect.fail('no disk')],
    ['rejects', () => Promise.reject(new Error('no network'))],
    ['returns nothing', () => undefined],
    ['returns no URL', () => 'done'],
    ['returns the content as a data: URL', () => `data:image/png;base64,${'A'.repeat(6000)}`],
  ])('that %s is counted, and name, type, size and hash are sent', async (_, upload) => {
    expect(await attach(large, { upload: upload as never })).toEqual({
      sent: alone,
      problems: ['attachment:upload-failed'],
    })
  })

  it('that exceeds uploadTimeoutMillis is counted', async () => {
    vi.useFakeTimers()
    let asked = () => {}
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve
    })
    const upload = () => {
      asked()
      return new Promise<string>(() => {})
    }
    const attached = attach(large, { upload, uploadTimeoutMillis: 1000 })
    await isAsked
    vi.advanceTimersByTime(1000)
    expect(await attached).toEqual({ sent: alone, problems: ['attachment:upload-failed'] })
  })
})
