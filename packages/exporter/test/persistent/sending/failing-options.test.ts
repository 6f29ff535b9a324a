import http from 'node:http'
import https from 'node:https'
import { diag } from '@opentelemetry/api'
import { afterEach, describe, expect, it } from 'vitest'
import { collectWarnings } from '../../../../../test/support/tracing.ts'
import { noAnswer } from '../../../src/persistent/sending/http/answers.ts'
import { mayBeOfSpans } from '../../../src/persistent/sending/narrowing/evidence.ts'
import type { RetryAnswer, SenderSettings } from '../../../src/persistent/sending/types.ts'
import { ManualClock } from './support/clock.ts'
import { startSender } from './support/sender.ts'
import { answer, startEndpoint } from './support/server.ts'
import { closeLater, connect, disconnect } from './support/transport.ts'

afterEach(async () => {
  diag.disable()
  await disconnect()
})

type Options = Partial<SenderSettings>

/** Throws what a client of a token server throws if that is unreachable. */
function reset(): never {
  throw Object.assign(new Error('secret'), { code: 'ECONNRESET' })
}

const ofHeaders = 'the function in option headers for HOST'
const ofFunction = 'the function in option httpAgentOptions for HOST'
const ofAgent = 'the agent of option httpAgentOptions cannot be used for HOST'
const ofOptions = 'option httpAgentOptions cannot be used for HOST'
const broken = {
  addRequest() {
    throw new RangeError('secret')
  },
}

const failures: [string, Options, string, string][] = [
  [
    'a function whose headers have an invalid value',
    { headers: () => ({ 'x-api-key': 'secret\n' }) },
    'option headers: TypeError',
    `${ofHeaders} failed (headers: "x-api-key" must be a valid header name with a valid string or number, it is a string of 7 characters)`,
  ],
  [
    'a function whose headers are none',
    { headers: (() => 'secret') as never },
    'option headers: TypeError',
    `${ofHeaders} failed (headers must be an object or a function, it is a string of 6 characters)`,
  ],
  [
    'a function for headers that throws',
    { headers: reset },
    'option headers: ECONNRESET',
    `${ofHeaders} failed (ECONNRESET)`,
  ],
  [
    'a function that returns options of an agent',
    { agentOptions: () => ({ keepAlive: true }) },
    'option httpAgentOptions: TypeError',
    `${ofFunction} failed (it must return an agent, it returned a value of type object)`,
  ],
  [
    'a function for an agent that throws',
    { agentOptions: reset },
    'option httpAgentOptions: ECONNRESET',
    `${ofFunction} failed (ECONNRESET)`,
  ],
  [
    'an agent for another protocol',
    { agentOptions: () => new https.Agent() },
    'option httpAgentOptions: ERR_INVALID_PROTOCOL',
    `${ofAgent} (ERR_INVALID_PROTOCOL, the agent is for another protocol than that of option url)`,
  ],
  [
    'an agent with an option that would end the process',
    {
      agentOptions: () => new https.Agent({ servername: 5 as never }),
      url: 'https://localhost:3/',
    },
    'option httpAgentOptions: TypeError',
    `${ofFunction} failed (servername must be a string, it is a value of type number)`,
  ],
  [
    'an agent that throws',
    { agentOptions: () => broken },
    'option httpAgentOptions: RangeError',
    `${ofAgent} (RangeError)`,
  ],
  [
    'an option of the agent with a wrong type',
    { agentOptions: { lookup: 'secret', family: 4 }, url: 'http://localhost:1/' },
    'option httpAgentOptions: ERR_INVALID_ARG_TYPE',
    `${ofOptions} (ERR_INVALID_ARG_TYPE for lookup)`,
  ],
  [
    'an option of the agent with a wrong value',
    { agentOptions: { localAddress: 'secret' } },
    'option httpAgentOptions: ERR_INVALID_IP_ADDRESS',
    `${ofOptions} (ERR_INVALID_IP_ADDRESS)`,
  ],
  [
    'a key that is none',
    { agentOptions: { key: 'secret', cert: 'secret' }, url: 'https://localhost:2/' },
    'option httpAgentOptions: ERR_OSSL_PEM_NO_START_LINE',
    'option httpAgentOptions, or a certificate or key of the environment, cannot be used for HOST (ERR_OSSL_PEM_NO_START_LINE)',
  ],
]

describe('an option that fails when a request is made', () => {
  it.each(failures)('is named, without its value: %s', async (_, options, reason, message) => {
    const warnings = collectWarnings()
    const { post, endpoint } = await connect([], options)
    const host = new URL(options.url ?? endpoint.url).host
    for (let i = 0; i < 2; i++) expect(await post('a\n')).toMatchObject({ kind: 'retry', reason })
    expect(endpoint.received).toHaveLength(0)
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(message.replace('HOST', host))
    expect(warnings[0]).not.toContain('secret')
  })

  it('ends no process, although it fails for a request that waits for a connection', async () => {
    let lookups = 0
    const lookup = (_host: string, _options: object, done: (error: null, found: object[]) => void) => {
      lookups += 1
      if (lookups > 1) throw new RangeError('secret')
      done(null, [{ address: '127.0.0.1', family: 4 }])
    }
    const endpoint = closeLater(await startEndpoint([answer(200, { connection: 'close' })]))
    const url = endpoint.url.replace('127.0.0.1', 'localhost')
    const { post } = await connect([], { url, agentOptions: { maxSockets: 1, lookup } })
    const answers = await Promise.all([post('a\n'), post('b\n')])
    expect(answers).toMatchObject([{ kind: 'accepted' }, { kind: 'retry', reason: 'RangeError' }])
  })

  it('says nothing about the spans, whatever its error is', async () => {
    for (const options of [{ headers: reset }, { agentOptions: reset }]) {
      const { post } = await connect([], options)
      expect(mayBeOfSpans((await post('a\n')) as RetryAnswer)).toBe(false)
    }
  })

  it('says nothing about the spans if it does not finish, and neither does a connection that is not made', async () => {
    const pending: Options[] = [
      { headers: () => new Promise<never>(() => {}) },
      { agentOptions: () => new Promise(() => {}) },
      { agentOptions: () => Object.assign(new http.Agent(), { addRequest() {} }) },
    ]
    for (const options of pending) {
      const clock = new ManualClock()
      const { post } = await connect([], options, clock)
      const answered = post('a\n')
      await new Promise((resolve) => setImmediate(resolve))
      clock.advance(10_000)
      const answer = (await answered) as RetryAnswer
      expect(answer.reason).toMatch(/timeout$/)
      expect(mayBeOfSpans(answer)).toBe(false)
    }
  })

  it('is not logged as an endpoint that is unavailable', async () => {
    const warnings = collectWarnings()
    const { advance, answer, append, clock } = startSender({ maxExportBatchSize: 1 })
    await append('a')
    for (let i = 0; i < 5; i++) {
      await answer(noAnswer('option headers: TypeError'))
      await advance(clock.waits[0] ?? 0)
    }
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(
      /no request to \S+ can be made \(option headers: TypeError\); spans are kept as space/,
    )
  })
})
