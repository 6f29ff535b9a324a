import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { collectWarnings } from '../../../../test/support/tracing.ts'
import { readEnvironment, readLogLevel } from '../../src/register-sessions/environment/environment.ts'
import { useCollector } from './support.ts'

useCollector()

const root = new URL('../../../../', import.meta.url)

/** Names of variables in a text; `OTEL_X_[TRACES_]Y` stands for two. */
const variablesIn = (text: string): string[] =>
  [...text.matchAll(/OTEL_(?:[A-Z]+_|\[TRACES_\])*[A-Z]+\b/g)].flatMap(([name]) =>
    name.includes('[') ? [name.replace('[TRACES_]', ''), name.replace('[TRACES_]', 'TRACES_')] : [name],
  )

/** The variables that the sources of the packages name. */
function variablesOfSources(): string[] {
  const files = readdirSync(fileURLToPath(new URL('packages', root)), { recursive: true, encoding: 'utf8' })
  const sources = files.filter((file) => /^[\w-]+\/src\/.*\.ts$/.test(file))
  const names = sources.flatMap((file) => {
    const text = readFileSync(new URL(`packages/${file}`, root), 'utf8')
    return variablesIn(text.replace(/^ *(\/\/|\/?\*).*$/gm, ''))
  })
  return [...new Set(names)].sort()
}

test('every variable that the packages read is on the page about them', () => {
  const page = readFileSync(new URL('docs/reference/environment.md', root), 'utf8')
  const names = variablesOfSources()
  expect(names).toEqual(
    expect.arrayContaining(['OTEL_SDK_DISABLED', 'OTEL_SESSION_ID', 'OTEL_SESSIONS_BACKENDS']),
  )
  expect(names.filter((name) => !variablesIn(page).includes(name))).toEqual([])
})

test('a name that stands twice counts once', () => {
  vi.stubEnv('OTEL_PROPAGATORS', 'baggage,BAGGAGE, baggage')
  vi.stubEnv('OTEL_SESSIONS_BACKENDS', 'langfuse,LANGFUSE, langfuse')
  const { propagators, backends } = readEnvironment()
  expect(propagators).toEqual(['baggage'])
  expect(backends).toHaveLength(1)
})

describe('whatever the variables are', () => {
  const names = variablesOfSources()
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'none',
      'all',
      'true',
      'otlp,none',
      ',',
      ' ',
      '__proto__',
      'constructor',
      '-1',
      '1e99',
      'NaN',
    ),
    fc.stringMatching(/^[a-z_,]{1,20}$/),
  )

  test('reading them throws nothing, and gives settings that the SDK takes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (variables) => {
        for (const [name, text] of Object.entries(variables)) vi.stubEnv(name, text.replaceAll('\0', ''))
        const settings = readEnvironment()
        expect(readLogLevel()).toBeTypeOf('number')
        expect(settings.samplerRatio).toBeGreaterThanOrEqual(0)
        expect(settings.samplerRatio).toBeLessThanOrEqual(1)
        for (const limit of Object.values(settings.spanLimits)) expect(limit).toBeGreaterThanOrEqual(0)
        for (const backend of settings.backends) expect(backend.session).toBeDefined()
        for (const name of [...settings.exporters, ...settings.propagators, ...settings.detectors]) {
          expect([
            'otlp',
            'console',
            'tracecontext',
            'baggage',
            'env',
            'host',
            'os',
            'process',
            'serviceinstance',
          ]).toContain(name)
        }
        vi.unstubAllEnvs()
      }),
    )
  })

  test('no message repeats a value, which may be a key in the wrong place', () => {
    const warnings = collectWarnings()
    for (const name of names) vi.stubEnv(name, 'secret-value')
    readEnvironment()
    readLogLevel()
    expect(warnings.length).toBeGreaterThan(10)
    expect(warnings.join()).not.toContain('secret-value')
  })
})
