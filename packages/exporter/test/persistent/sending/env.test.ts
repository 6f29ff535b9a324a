import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readEnv } from '../../../src/persistent/sending/http/env.ts'

const GENERAL = 'OTEL_EXPORTER_OTLP_'
const TRACES = 'OTEL_EXPORTER_OTLP_TRACES_'
const settingsOf = (env: Record<string, string>) => {
  const { settings, problems } = readEnv(env)
  expect(problems).toEqual([])
  return settings
}

describe('the environment', () => {
  it('without variables sets nothing; an empty variable counts as none', () => {
    expect(readEnv({})).toEqual({ settings: {}, problems: [] })
    const empty = { [`${GENERAL}ENDPOINT`]: '', [`${TRACES}TIMEOUT`]: ' ', [`${GENERAL}HEADERS`]: '' }
    expect(readEnv(empty)).toEqual({ settings: {}, problems: [] })
  })

  it.each([
    ['http://localhost:4318', 'http://localhost:4318/v1/traces'],
    ['http://localhost:4318/', 'http://localhost:4318/v1/traces'],
    ['https://otlp.example/api/otel', 'https://otlp.example/api/otel/v1/traces'],
    ['https://otlp.example/api/otel/?key=1', 'https://otlp.example/api/otel/v1/traces?key=1'],
  ])('has a general endpoint, %s, which gets the path of traces', (value, url) => {
    expect(settingsOf({ [`${GENERAL}ENDPOINT`]: value })).toEqual({ url })
  })

  it.each([
    ['http://localhost:4318', 'http://localhost:4318/'],
    ['https://otlp.example/mine', 'https://otlp.example/mine'],
  ])('has an endpoint for traces, %s, which is used as it is', (value, url) => {
    const env = { [`${TRACES}ENDPOINT`]: value, [`${GENERAL}ENDPOINT`]: 'http://other' }
    expect(settingsOf(env)).toEqual({ url })
  })

  it('has headers, percent-encoded, with spaces around them; those for traces take precedence', () => {
    const env = {
      [`${GENERAL}HEADERS`]: 'Authorization=Basic%20YWJj, x-team = a%2Cb ,x-pad=YQ==,',
      [`${TRACES}HEADERS`]: 'authorization=Bearer%20t',
    }
    const headers = { authorization: 'Bearer t', 'x-team': 'a,b', 'x-pad': 'YQ==' }
    expect(settingsOf(env)).toEqual({ headers })
    expect(settingsOf({ [`${TRACES}HEADERS`]: 'a=b' })).toEqual({ headers: { a: 'b' } })
  })

  it('has some invalid headers: the others are used, as are those with properties', () => {
    const { settings, problems } = readEnv({
      [`${GENERAL}HEADERS`]: 'a=1;secure,secret,b=100%,c=2;p=3;q,d e=4',
    })
    expect(settings).toEqual({ headers: { a: '1', c: '2' } })
    const problem = (reason: string) =>
      `a member of ${GENERAL}HEADERS is ignored: ${reason}; it must be "name=value", percent-encoded`
    expect(problems).toEqual([
      problem('it has no "=" or no valid name'),
      problem('the value of "b" is not valid'),
    ])
    expect(problems[0]).not.toContain('secret')
  })

  it('has certificates and a key in files; those for traces take precedence, and an unreadable file is reported', () => {
    const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-env-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = (name: string) => {
      writeFileSync(join(folder, name), name)
      return join(folder, name)
    }
    const env = {
      [`${GENERAL}CERTIFICATE`]: file('ca'),
      [`${TRACES}CERTIFICATE`]: file('ca of traces'),
      [`${GENERAL}CLIENT_CERTIFICATE`]: file('cert'),
      [`${TRACES}CLIENT_KEY`]: file('key'),
    }
    const { tls } = settingsOf(env)
    expect(Object.entries(tls ?? {}).map(([name, pem]) => [name, String(pem)])).toEqual([
      ['ca', 'ca of traces'],
      ['cert', 'cert'],
      ['key', 'key'],
    ])
    const missing = readEnv({ [`${GENERAL}CERTIFICATE`]: join(folder, 'none') })
    expect(missing.settings).toEqual({})
    expect(missing.problems).toEqual([`${GENERAL}CERTIFICATE is ignored: the file cannot be read (ENOENT)`])
  })

  it('has the numbers of the stock processor; invalid ones are ignored and reported', () => {
    const env = {
      OTEL_BSP_SCHEDULE_DELAY: '0',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '7',
      OTEL_BSP_EXPORT_TIMEOUT: '500',
      OTEL_BSP_MAX_QUEUE_SIZE: 'of no use here',
    }
    const numbers = { scheduledDelayMillis: 0, maxExportBatchSize: 7, exportTimeoutMillis: 500 }
    expect(settingsOf(env)).toEqual(numbers)
    const { settings, problems } = readEnv({ ...env, OTEL_BSP_EXPORT_TIMEOUT: '0' })
    expect(settings).toEqual({ scheduledDelayMillis: 0, maxExportBatchSize: 7 })
    expect(problems).toEqual([
      'OTEL_BSP_EXPORT_TIMEOUT is ignored: it is not a whole number from 1 to 2147483647',
    ])
  })

  it('has compression, timeout and protocol; those for traces take precedence', () => {
    const env = {
      [`${GENERAL}COMPRESSION`]: 'GZIP',
      [`${GENERAL}TIMEOUT`]: '5000',
      [`${GENERAL}PROTOCOL`]: 'HTTP/JSON',
    }
    const general = { compression: 'gzip', timeoutMillis: 5000, protocol: 'http/json' }
    expect(settingsOf(env)).toEqual(general)
    const traces = {
      [`${TRACES}COMPRESSION`]: 'none',
      [`${TRACES}TIMEOUT`]: '7',
      [`${TRACES}PROTOCOL`]: 'http/protobuf',
    }
    const both = { compression: 'none', timeoutMillis: 7, protocol: 'http/protobuf' }
    expect(settingsOf({ ...env, ...traces })).toEqual(both)
  })

  it.each([
    ['ENDPOINT', 'localhost:4318'],
    ['ENDPOINT', 'ftp://secret'],
    ['ENDPOINT', 'http://secret:%zz@localhost'],
    ['HEADERS', 'secret'],
    ['HEADERS', 'a=%secret'],
    ['HEADERS', 'a b=secret'],
    ['HEADERS', 'a=secret%0A'],
    ['COMPRESSION', 'secret'],
    ['TIMEOUT', '10s'],
    ['TIMEOUT', '0'],
    ['TIMEOUT', '-1'],
    ['TIMEOUT', '2147483648'],
    ['PROTOCOL', 'grpc'],
  ])('has an invalid %s, %s: it is ignored and reported, without its value', (name, value) => {
    for (const prefix of [GENERAL, TRACES]) {
      const { settings, problems } = readEnv({ [prefix + name]: value })
      expect(settings).toEqual({})
      expect(problems).toHaveLength(1)
      expect(problems[0]).toContain(`${prefix}${name} is ignored`)
      expect(problems[0]).not.toContain('secret')
    }
  })

  it('falls back to the general endpoint if the one for traces is invalid', () => {
    const { settings, problems } = readEnv({
      [`${TRACES}ENDPOINT`]: '?',
      [`${GENERAL}ENDPOINT`]: 'http://a/b',
    })
    expect(settings).toEqual({ url: 'http://a/b/v1/traces' })
    expect(problems).toHaveLength(1)
  })
})
