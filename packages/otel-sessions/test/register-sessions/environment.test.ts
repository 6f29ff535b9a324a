import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { context, propagation, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import { datadog, langfuse, usingSession } from 'otel-sessions'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { collectWarnings } from '../../../../test/support/tracing.ts'
import { arrived, collectorUrl, endSpan, register, useCollector } from './support.ts'

useCollector()

/** Sets variables until the test is over. */
function setVariables(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
}

/** Registers with the variables, and returns the warnings about them. */
function warningsAbout(variables: Readonly<Record<string, string>>): string[] {
  setVariables(variables)
  const warnings = collectWarnings()
  register()
  return warnings.filter((each) => Object.keys(variables).some((name) => each.includes(name)))
}

/** A started span as the SDK has it. */
const startSpan = (parent = ROOT_CONTEXT): Span & { readonly [name: string]: never } =>
  trace.getTracer('app').startSpan('work', {}, parent) as never

const remoteParent = (traceFlags: number, traceId = '0af7651916cd43dd8448eb211c80319c') =>
  trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: 'b7ad6b7169203331', traceFlags, isRemote: true })

describe('OTEL_SDK_DISABLED', () => {
  test.each(['true', 'TRUE', ' True '])(
    '%j: no spans, and everything that is called works',
    async (value) => {
      expect(warningsAbout({ OTEL_SDK_DISABLED: value })).toEqual([])
      const telemetry = register()
      expect(startSpan().isRecording()).toBe(false)
      expect(usingSession('user_a_conv', () => context.active())).not.toBe(ROOT_CONTEXT)
      expect(telemetry.provider.getTracer('app').startSpan('work').isRecording()).toBe(false)
      await telemetry.flush()
      await telemetry.shutdown()
      expect(telemetry.stats()).toMatchObject({
        stamping: undefined,
        validation: undefined,
        delivery: undefined,
      })
    },
  )

  test('true: contexts are propagated all the same, as the specification has it', () => {
    warningsAbout({ OTEL_SDK_DISABLED: 'true' })
    expect(propagation.fields()).toContain('traceparent')
  })

  test.each(['false', 'FALSE', ''])('%j: spans are recorded', (value) => {
    expect(warningsAbout({ OTEL_SDK_DISABLED: value })).toEqual([])
    expect(startSpan().isRecording()).toBe(true)
  })

  test.each(['1', 'yes', 'truee'])(
    '%j: spans are recorded, and the variable is said to be ignored',
    (value) => {
      expect(warningsAbout({ OTEL_SDK_DISABLED: value })).toEqual([
        expect.stringContaining('OTEL_SDK_DISABLED is ignored: it is a string of'),
      ])
      expect(startSpan().isRecording()).toBe(true)
    },
  )
})

describe('OTEL_TRACES_EXPORTER', () => {
  test('none: spans are stamped, and go nowhere', async () => {
    setVariables({ OTEL_TRACES_EXPORTER: 'none' })
    const telemetry = register()
    usingSession('user_a_conv', () => endSpan('to none'))
    expect(await arrived(telemetry, 'to none')).toEqual([])
    const { stamping, validation, delivery } = telemetry.stats()
    expect(stamping?.started.explicit).toBe(1)
    expect([validation, delivery]).toEqual([undefined, undefined])
  })

  test('console: spans are printed with their session and the keys of the backends, and not sent', async () => {
    setVariables({ OTEL_TRACES_EXPORTER: 'console', OTEL_SESSIONS_BACKENDS: 'langfuse' })
    const print = vi.spyOn(console, 'dir').mockImplementation(() => {})
    onTestFinished(() => print.mockRestore())
    const telemetry = register()
    usingSession('user_a_conv', () => endSpan('to the console'))
    expect(await arrived(telemetry, 'to the console')).toEqual([])
    expect(print.mock.calls[0]?.[0]).toMatchObject({
      name: 'to the console',
      attributes: { 'session.id': 'user_a_conv', 'langfuse.session.id': 'user_a_conv' },
    })
    expect(telemetry.stats().delivery).toBeUndefined()
    expect(telemetry.stats().validation).toMatchObject({ spans: 1 })
    expect(telemetry.stats().validation).not.toHaveProperty('failures')
  })

  test('otlp,console: both', async () => {
    setVariables({ OTEL_TRACES_EXPORTER: 'otlp, console' })
    const print = vi.spyOn(console, 'dir').mockImplementation(() => {})
    onTestFinished(() => print.mockRestore())
    const telemetry = register()
    endSpan('to both')
    expect(await arrived(telemetry, 'to both')).toHaveLength(1)
    expect(print).toHaveBeenCalledTimes(1)
  })

  test('zipkin: the message names the remedy, and spans are sent by OTLP', async () => {
    const [warning] = warningsAbout({ OTEL_TRACES_EXPORTER: 'zipkin' })
    expect(warning).toContain('"zipkin" is not served; served are otlp, console, none')
    expect(warning).toContain('sessionProcessors')
    endSpan('instead of zipkin')
    expect(await arrived(register(), 'instead of zipkin')).toHaveLength(1)
  })
})

describe('OTEL_TRACES_SAMPLER', () => {
  const unsampled = remoteParent(0)
  const sampled = remoteParent(1)
  const low = remoteParent(1, `0000000${'0'.repeat(24)}1`)
  const high = remoteParent(1, `ffffffff${'0'.repeat(24)}`)

  test.each([
    // [value, argument, root, unsampled parent, sampled parent]
    ['always_on', '', true, true, true],
    ['always_off', '', false, false, false],
    ['parentbased_always_on', '', true, false, true],
    ['parentbased_always_off', '', false, false, true],
    ['PARENTBASED_ALWAYS_OFF', '', false, false, true],
    ['traceidratio', '0', false, false, false],
    ['traceidratio', '1', true, true, true],
    ['traceidratio', '', true, true, true],
    ['parentbased_traceidratio', '0', false, false, true],
    ['parentbased_traceidratio', '', true, false, true],
    ['', '', true, false, true],
  ])('%j with the argument %j', (sampler, argument, ofRoot, ofUnsampled, ofSampled) => {
    const variables = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: argument }
    expect(warningsAbout(variables)).toEqual([])
    const found = [ROOT_CONTEXT, unsampled, sampled].map((parent) => startSpan(parent).isRecording())
    expect(found).toEqual([ofRoot, ofUnsampled, ofSampled])
  })

  test('traceidratio with 0.5 takes traces by their ID', () => {
    setVariables({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' })
    register()
    expect([startSpan(low).isRecording(), startSpan(high).isRecording()]).toEqual([true, false])
  })

  test.each(['2', '-1', 'half', 'NaN'])('the argument %j is ignored: all traces are sampled', (argument) => {
    const variables = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: argument }
    expect(warningsAbout(variables)).toEqual([
      expect.stringContaining('OTEL_TRACES_SAMPLER_ARG is ignored: it is not a number from 0 to 1'),
    ])
    expect(startSpan(high).isRecording()).toBe(true)
  })

  test('a sampler that is not served, or not known, is said to be ignored with the remedy', () => {
    const [known] = warningsAbout({ OTEL_TRACES_SAMPLER: 'jaeger_remote' })
    expect(known).toContain('"jaeger_remote" is not served')
    expect(known).toContain('sessionProcessors')
    expect(startSpan().isRecording()).toBe(true)
  })
})

describe('limits', () => {
  test.each([
    ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'],
    ['OTEL_ATTRIBUTE_COUNT_LIMIT', 'OTEL_SPAN_LINK_COUNT_LIMIT'],
  ])('%s limits the attributes of a span', (name, other) => {
    expect(warningsAbout({ [name]: '3', [other]: '5' })).toEqual([])
    const span = startSpan().setAttributes({ a: 1, b: 2, c: 3, d: 4 })
    expect((span as unknown as { attributes: object }).attributes).toEqual({ a: 1, b: 2, c: 3 })
  })

  test.each(['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'])(
    '%s truncates values',
    (name) => {
      setVariables({ [name]: '3' })
      register()
      const span = startSpan().setAttribute('text', 'abcdef')
      expect((span as unknown as { attributes: object }).attributes).toEqual({ text: 'abc' })
    },
  )

  test('those of events and links have the names of the specification, or of the JavaScript SDK', () => {
    setVariables({
      OTEL_SPAN_EVENT_COUNT_LIMIT: '1',
      OTEL_SPAN_LINK_COUNT_LIMIT: '1',
      OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '1',
      OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT: '1',
    })
    register()
    const link = { context: trace.getSpanContext(remoteParent(1)) as never, attributes: { a: 1, b: 2 } }
    const span = startSpan().addLink(link).addLink(link)
    span.addEvent('first', { a: 1, b: 2 }).addEvent('second', { a: 1, b: 2 })
    expect(span).toMatchObject({
      events: [{ name: 'second', attributes: { a: 1 } }],
      links: [{ attributes: { a: 1 } }],
    })
  })

  test.each(['-1', '1.5', 'many'])('%j is ignored, and the next name counts', (value) => {
    const warnings = warningsAbout({
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: value,
      OTEL_ATTRIBUTE_COUNT_LIMIT: '1',
    })
    expect(warnings).toEqual([expect.stringContaining('it is not a whole number of at least 0')])
    const span = startSpan().setAttributes({ a: 1, b: 2 })
    expect((span as unknown as { attributes: object }).attributes).toEqual({ a: 1 })
  })

  test('a session ID that a limit truncates arrives whole', async () => {
    setVariables({ OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '4' })
    const telemetry = register()
    usingSession('user_a_conv', () => endSpan('limited'))
    expect((await arrived(telemetry, 'limited'))[0]?.attributes['session.id']).toBe('user_a_conv')
  })
})

describe('the resource', () => {
  const resourceOf = (span: Span): Record<string, unknown> =>
    (span as unknown as { resource: { attributes: Record<string, unknown> } }).resource.attributes

  /** A span after the machine was detected, which is asynchronous. */
  async function startDetected(): Promise<Span> {
    const span = startSpan() as Span
    await (
      span as unknown as { resource: { waitForAsyncAttributes(): Promise<void> } }
    ).resource.waitForAsyncAttributes()
    return span
  }

  test('names the service and the process, with what the variables say', async () => {
    const variables = {
      OTEL_SERVICE_NAME: 'shop',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=a%2Cb,host.name=h',
    }
    expect(warningsAbout(variables)).toEqual([])
    expect(resourceOf(await startDetected())).toMatchObject({
      'service.name': 'shop',
      'deployment.environment': 'a,b',
      // What the variables say takes precedence over what is detected.
      'host.name': 'h',
      'process.pid': process.pid,
      'telemetry.sdk.language': 'nodejs',
    })
  })

  test.each([
    ['none', [], ['process.pid', 'host.name', 'os.type', 'service.instance.id', 'my.key']],
    ['all', ['process.pid', 'host.name', 'os.type', 'service.instance.id', 'my.key'], []],
    ['os, env', ['os.type', 'my.key'], ['process.pid', 'host.name', 'service.instance.id']],
    ['', ['process.pid', 'host.name', 'my.key'], ['os.type', 'service.instance.id']],
  ])('OTEL_NODE_RESOURCE_DETECTORS=%s', async (value, there, missing) => {
    const variables = { OTEL_NODE_RESOURCE_DETECTORS: value, OTEL_RESOURCE_ATTRIBUTES: 'my.key=1' }
    expect(warningsAbout(variables)).toEqual([])
    const names = Object.keys(resourceOf(await startDetected()))
    expect(names).toEqual(expect.arrayContaining([...there, 'service.name']))
    expect(names.filter((name) => (missing as string[]).includes(name))).toEqual([])
  })

  test.each([
    'a=1,secret',
    'service.name=shop,secret',
    'service.name=secret%ZZ',
    'a=1=secret',
    '=secret',
    `a=${'secret'.repeat(50)}`,
  ])('a part that is no name=value makes the SDK ignore all, which is said: %s', (value) => {
    expect(warningsAbout({ OTEL_RESOURCE_ATTRIBUTES: value })).toEqual([
      expect.stringContaining('OTEL_RESOURCE_ATTRIBUTES is ignored: it must be name=value'),
    ])
  })

  test('a service name in either variable is no problem', () => {
    expect(warningsAbout({ OTEL_RESOURCE_ATTRIBUTES: 'service.name=shop' })).toEqual([])
    expect(warningsAbout({ OTEL_RESOURCE_ATTRIBUTES: ' a%20b = 1 , service.name=shop,' })).toEqual([])
    expect(resourceOf(startSpan())['service.name']).toBe('shop')
  })
})

describe('OTEL_PROPAGATORS', () => {
  const injected = () => {
    const carrier = {}
    const baggage = propagation.createBaggage({ key: { value: 'value' } })
    propagation.inject(propagation.setBaggage(remoteParent(1), baggage), carrier)
    return Object.keys(carrier)
  }

  test.each([
    ['', ['traceparent', 'baggage']],
    ['tracecontext', ['traceparent']],
    ['baggage,tracecontext', ['baggage', 'traceparent']],
    ['none', []],
    ['none,baggage', []],
    [', baggage,,', ['baggage']],
  ])('%j', (value, headers) => {
    expect(warningsAbout({ OTEL_PROPAGATORS: value })).toEqual([])
    expect(injected()).toEqual(headers)
  })

  test('b3: the message says how to set it', () => {
    expect(warningsAbout({ OTEL_PROPAGATORS: 'b3,baggage' })).toEqual([
      expect.stringContaining(
        '"b3" is not served; served are tracecontext, baggage, none. Call propagation.setGlobal',
      ),
    ])
    expect(injected()).toEqual(['baggage'])
  })
})

describe('OTEL_SESSIONS_BACKENDS', () => {
  const attributesOf = async (name: string, options = {}) => {
    const telemetry = register(options)
    usingSession('user_a_conv', () => endSpan(name))
    return (await arrived(telemetry, name))[0]?.attributes ?? {}
  }

  test('backends by their names, in any case', async () => {
    setVariables({ OTEL_SESSIONS_BACKENDS: 'langfuse, Datadog,langfuse,LANGFUSE' })
    const attributes = await attributesOf('by name')
    for (const key of [...langfuse.session, ...datadog.session]) expect(attributes[key]).toBe('user_a_conv')
  })

  test('the option takes precedence', async () => {
    setVariables({ OTEL_SESSIONS_BACKENDS: 'langfuse' })
    const attributes = await attributesOf('by option', { backends: [datadog] })
    expect(attributes).not.toHaveProperty('langfuse.session.id')
    for (const key of datadog.session) expect(attributes[key]).toBe('user_a_conv')
  })

  test('an unknown name is ignored with the list of names, and the others are used', async () => {
    setVariables({ OTEL_SESSIONS_BACKENDS: 'sk-secret,langfuse,constructor' })
    const warnings = collectWarnings()
    expect(await attributesOf('beside an unknown one')).toHaveProperty('langfuse.session.id')
    const warning = warnings.find((each) => each.includes('OTEL_SESSIONS_BACKENDS'))
    expect(warning).toContain(
      'a string of 9 characters is not served; served are otel, openinference, langfuse',
    )
    expect(warnings.join()).not.toContain('sk-secret')
  })
})

test.each(['false', 'False'])('OTEL_SESSIONS_BACKFILL=%s: spans do not wait', async (value) => {
  expect(warningsAbout({ OTEL_SESSIONS_BACKFILL: value })).toEqual([])
  trace.getTracer('app').startActiveSpan('root', (root) => {
    usingSession('user_a_conv', () => endSpan('in the scope'))
    endSpan(`beside ${value}`)
    root.end()
  })
  const [span] = await arrived(register(), `beside ${value}`)
  expect(span?.attributes).toEqual({})
})

describe('OTEL_SESSIONS_DIRECTORY', () => {
  test('spans are in a journal there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-register-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    setVariables({ OTEL_SESSIONS_DIRECTORY: join(folder, 'journal') })
    const telemetry = register({ durability: 'span' })
    endSpan('journalled')
    expect(readdirSync(join(folder, 'journal')).length).toBeGreaterThan(0)
    expect(telemetry.stats().delivery?.isOnDisk).toBe(true)
    await telemetry.shutdown()
    expect(telemetry.stats().delivery).toMatchObject({ delivered: 1 })
  })

  test.each(['~/spans', 'file:///tmp/spans'])('%s is ignored, because nothing expands it', (value) => {
    expect(warningsAbout({ OTEL_SESSIONS_DIRECTORY: value })).toEqual([
      expect.stringContaining(
        "OTEL_SESSIONS_DIRECTORY is ignored: it must be a path; '~' and 'file:' are not expanded",
      ),
    ])
    expect(existsSync('~')).toBe(false)
  })
})

test('a variable of this package that does not exist is named, with those that do, without its value', () => {
  const [warning, ...others] = warningsAbout({
    OTEL_SESSIONS_BACKEND: 'secret',
    OTEL_SESSIONS_BACKFILL: 'true',
  })
  expect(warning).toMatch(
    /OTEL_SESSIONS_BACKEND is ignored: there is no such variable; there are OTEL_SESSIONS_BACKENDS, /,
  )
  expect(warning).not.toContain('secret')
  expect(others).toEqual([])
})

test('OTEL_SESSION_ID is the session of spans that have no other', async () => {
  setVariables({ OTEL_SESSION_ID: 'run_42_of_the_agent' })
  const telemetry = register()
  endSpan('of the process')
  expect((await arrived(telemetry, 'of the process'))[0]?.attributes['session.id']).toBe(
    'run_42_of_the_agent',
  )
})

test('the endpoint, its headers and the protocol come from the variables of OTLP', async () => {
  setVariables({
    OTEL_EXPORTER_OTLP_ENDPOINT: new URL('/', collectorUrl()).href,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20token',
  })
  const telemetry = register({ url: undefined, protocol: undefined })
  endSpan('by variables')
  expect(await arrived(telemetry, 'by variables')).toHaveLength(1)
})

test.each([
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'usually 4318'],
  ['OTEL_BSP_MAX_QUEUE_SIZE', '4096', 'the queue is limited in bytes'],
  ['OTEL_CONFIG_FILE', '/etc/otel.yaml', 'no configuration files are read'],
  ['OTEL_EXPERIMENTAL_CONFIG_FILE', '/etc/otel.yaml', 'no configuration files are read'],
])('%s=%s has no effect: one message says what to do instead', (name, value, remedy) => {
  const warnings = warningsAbout({ [name]: value })
  expect(warnings).toEqual([expect.stringContaining(remedy)])
  expect(warnings[0]).toContain(`${name} is ignored`)
})
