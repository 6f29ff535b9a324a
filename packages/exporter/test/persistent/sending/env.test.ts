import { describe, expect, it } from 'vitest'
import { readEnv } from '../../../src/persistent/sending/env.ts'

const GENERAL = 'OTEL_EXPORTER_OTLP_'
const TRACES = 'OTEL_EXPORTER_OTLP_TRACES_'
const settingsOf = (env: Record<string, string>) => {
  const { settings, problems } = readEnv(env)
  expect(problems).toEqual([])
  return settings
}

describe('the environment', () => {
  it('that says nothing gives nothing, also where a variable is empty', () => {
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

  it('has headers, percent-encoded, with spaces around them; those for traces win', () => {
    const env = {
      [`${GENERAL}HEADERS`]: 'Authorization=Basic%20YWJj, x-team = a%2Cb ,x-pad=YQ==,',
      [`${TRACES}HEADERS`]: 'authorization=Bearer%20t',
    }
    const headers = { authorization: 'Bearer t', 'x-team': 'a,b', 'x-pad': 'YQ==' }
    expect(settingsOf(env)).toEqual({ headers })
    expect(settingsOf({ [`${TRACES}HEADERS`]: 'a=b' })).toEqual({ headers: { a: 'b' } })
  })

  it('has compression, timeout and protocol; those for traces win', () => {
    const env = {
      [`${GENERAL}COMPRESSION`]: 'gzip',
      [`${GENERAL}TIMEOUT`]: '5000',
      [`${GENERAL}PROTOCOL`]: 'http/json',
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
  ])('has a %s that cannot be used, %s: it is ignored and named, and not repeated', (name, value) => {
    for (const prefix of [GENERAL, TRACES]) {
      const { settings, problems } = readEnv({ [prefix + name]: value })
      expect(settings).toEqual({})
      expect(problems).toHaveLength(1)
      expect(problems[0]).toContain(`${prefix}${name} is ignored`)
      expect(problems[0]).not.toContain('secret')
    }
  })

  it('falls back to the general endpoint when the one for traces cannot be used', () => {
    const { settings, problems } = readEnv({
      [`${TRACES}ENDPOINT`]: '?',
      [`${GENERAL}ENDPOINT`]: 'http://a/b',
    })
    expect(settings).toEqual({ url: 'http://a/b/v1/traces' })
    expect(problems).toHaveLength(1)
  })
})
