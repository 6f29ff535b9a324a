import { resetProcessState } from '@otel-sessions/semconv/internal'
import fc from 'fast-check'
import type { InstrumentationLike } from 'otel-sessions'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { collectWarnings } from '../../../../test/support/tracing.ts'
import { keepOnePerLibrary } from '../../src/register-sessions/instrumentations/one-per-library.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  resetProcessState()
})

const OFFICIAL = '@opentelemetry/instrumentation-openai'
const OPENINFERENCE = '@arizeai/openinference-instrumentation-openai'
const TRACELOOP = '@traceloop/instrumentation-openai'
const HTTP = '@opentelemetry/instrumentation-http'

function instrumentation(instrumentationName: string, given: object = {}) {
  return {
    instrumentationName,
    enable() {},
    disable: vi.fn<() => void>(),
    setTracerProvider() {},
    ...given,
  }
}

/** The names that are kept and disabled, of packages with one instrumentation each. */
function choose(
  found: readonly ReturnType<typeof instrumentation>[],
  given: readonly InstrumentationLike[] = [],
) {
  const byPackage = new Map(found.map((each) => [each.instrumentationName, [each]]))
  const leftOut = keepOnePerLibrary(byPackage, given)
  return {
    kept: [...byPackage.values()].flat().map((each) => each.instrumentationName),
    disabled: found
      .filter(({ disable }) => disable.mock.calls.length > 0)
      .map((each) => each.instrumentationName),
    leftOut,
  }
}

describe('of two instrumentations of one library', () => {
  test.each([OPENINFERENCE, TRACELOOP])('%s stays, and that of OpenTelemetry is left out', (ofLlms) => {
    for (const names of [
      [OFFICIAL, HTTP, ofLlms],
      [ofLlms, HTTP, OFFICIAL],
    ]) {
      expect(choose(names.map((name) => instrumentation(name)))).toEqual({
        kept: names.filter((name) => name !== OFFICIAL),
        disabled: [OFFICIAL],
        leftOut: [{ name: OFFICIAL, usedInstead: ofLlms }],
      })
    }
  })

  test.each(['getModuleDefinitions', '_modules'])(
    'the module that they change tells it, where their names differ (%s)',
    (field) => {
      const definitions = [{ name: '@google/genai' }]
      const ofLlms = instrumentation('@arizeai/openinference-instrumentation-google', {
        [field]: field === '_modules' ? definitions : () => definitions,
      })
      const official = instrumentation('@opentelemetry/instrumentation-genai', {
        getModuleDefinitions: () => [{ name: 'other' }, { name: '@google/genai' }],
      })
      expect(choose([official, ofLlms]).kept).toEqual(['@arizeai/openinference-instrumentation-google'])
    },
  )

  test('that of OpenInference stays, and that of Traceloop is left out, in whichever order', () => {
    for (const names of [
      [TRACELOOP, OPENINFERENCE, OFFICIAL],
      [OFFICIAL, OPENINFERENCE, TRACELOOP],
    ]) {
      expect(choose(names.map((name) => instrumentation(name)))).toMatchObject({ kept: [OPENINFERENCE] })
    }
    expect(choose([instrumentation(TRACELOOP), instrumentation(OPENINFERENCE)]).leftOut).toEqual([
      { name: TRACELOOP, usedInstead: OPENINFERENCE },
    ])
    expect(choose([instrumentation(OPENINFERENCE)], [instrumentation(TRACELOOP)]).kept).toEqual([])
  })

  test('the one of OpenTelemetry is used if the environment names it, and the other one is left out', () => {
    vi.stubEnv('OTEL_NODE_ENABLED_INSTRUMENTATIONS', 'http, openai')
    expect(choose([OFFICIAL, HTTP, OPENINFERENCE].map((name) => instrumentation(name)))).toEqual({
      kept: [OFFICIAL, HTTP],
      disabled: [OPENINFERENCE],
      leftOut: [{ name: OPENINFERENCE, usedInstead: OFFICIAL }],
    })
  })

  test('the one that the application passes stays, whatever the environment says', () => {
    vi.stubEnv('OTEL_NODE_ENABLED_INSTRUMENTATIONS', 'openai')
    expect(choose([instrumentation(OFFICIAL)], [instrumentation(OPENINFERENCE)]).kept).toEqual([])
    vi.unstubAllEnvs()
    expect(choose([instrumentation(OPENINFERENCE)], [instrumentation(OFFICIAL)]).kept).toEqual([])
  })

  test('in a package with several, such as auto-instrumentations-node, only one is left out', () => {
    const found = new Map<string, InstrumentationLike[]>([
      ['@opentelemetry/auto-instrumentations-node', [instrumentation(HTTP), instrumentation(OFFICIAL)]],
      [OPENINFERENCE, [instrumentation(OPENINFERENCE)]],
    ])
    keepOnePerLibrary(found, [])
    expect([...found.values()].map((all) => all.map((each) => each.instrumentationName))).toEqual([
      [HTTP],
      [OPENINFERENCE],
    ])
  })

  test('one that cannot be disabled is logged once with its name', () => {
    const warnings = collectWarnings()
    const fails = () => {
      throw new RangeError('secret_value')
    }
    const { kept } = choose([
      instrumentation(OFFICIAL, { disable: vi.fn(fails) }),
      instrumentation(TRACELOOP),
    ])
    expect(kept).toEqual([TRACELOOP])
    expect(warnings).toEqual([expect.stringContaining(`${OFFICIAL} does not instrument`)])
  })

  test('always one kind is used, and none is left out that has no rival, whatever is installed', () => {
    const libraries = ['openai', 'langchain', 'http']
    const scopes = [
      '@opentelemetry/instrumentation-',
      '@arizeai/openinference-instrumentation-',
      '@traceloop/instrumentation-',
    ]
    const names = scopes.flatMap((scope) => libraries.map((library) => scope + library))
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(...names, 'of the application')),
        fc.subarray(names),
        fc.subarray(libraries),
        (installed, passed, named) => {
          vi.stubEnv('OTEL_NODE_ENABLED_INSTRUMENTATIONS', named.join())
          const found = installed.filter((name) => !passed.includes(name))
          const kept = choose(
            found.map((name) => instrumentation(name)),
            passed.map((name) => instrumentation(name)),
          ).kept
          for (const library of libraries) {
            const isOf = (name: string) => name.endsWith(`-${library}`)
            const isInstalled = [...found, ...passed].some(isOf)
            const byApplication = passed.filter(isOf)
            const used = [...kept, ...passed].filter(isOf)
            expect(used).toHaveLength(isInstalled ? Math.max(1, byApplication.length) : 0)
          }
          expect(kept.includes('of the application')).toBe(found.includes('of the application'))
        },
      ),
    )
  })
})
