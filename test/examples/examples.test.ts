import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wrongRows } from './by-hand.ts'
import { EXPECTED } from './expected.ts'
import { folder, runExample, spansBySession, startModel } from './run.ts'

/**
 * `docs:check-code` runs the example whose dependencies conflict with this repository's, in a project of its own;
 * `test:real` runs those that need a real collector.
 */
const RUN_ELSEWHERE = [
  'collector/README.md',
  'collector/gateway.yaml',
  'sdk-3/package.json',
  'sdk-3/quick-start.ts',
]

/** The other files of a program that has several. */
const PARTS = ['support-ticket/agent.ts', 'support-ticket/report.ts', 'support-ticket/telemetry.ts']

const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
  .map((entry) => `${entry.parentPath}/${entry.name}`.replace(/\/+/g, '/').slice(folder.length))
const programs = files.filter((file) => file.endsWith('.ts'))

const textOf = (file: string) => readFileSync(folder + file, 'utf8')

let model: Awaited<ReturnType<typeof startModel>>
beforeAll(async () => {
  model = await startModel()
})
afterAll(() => model.stop())

describe('the examples', () => {
  it('all run here or in a named place', () => {
    expect(files.sort()).toEqual([...Object.keys(EXPECTED), ...PARTS, ...RUN_ELSEWHERE].sort())
  })

  it.each(programs)('%s is under 75 lines', (file) => {
    expect(textOf(file).split('\n').length).toBeLessThan(75)
  })

  it.each(Object.keys(EXPECTED))('%s sets a diag logger at WARN', (file) => {
    const ownFolder = file.slice(0, file.indexOf('/') + 1)
    const parts = ownFolder === '' ? [] : PARTS.filter((part) => part.startsWith(ownFolder))
    expect([file, ...parts].map(textOf).join()).toContain(
      'diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN)',
    )
  })

  for (const [
    file,
    {
      gets,
      sessions,
      none,
      users,
      traces,
      attributes: others,
      printed,
      warns = /^$/,
      env,
      isForDocs,
      isForMessages,
    },
  ] of Object.entries(EXPECTED)) {
    if (isForDocs || isForMessages) continue
    it(`${file}: ${gets}`, async () => {
      const { code, errors, output, spans } = await runExample(file, model.url, env)
      expect({ code, errors }).toEqual({ code: 0, errors: expect.stringMatching(warns) })
      expect(spansBySession(spans)).toEqual({ ...sessions, ...(none && { none }) })
      if (traces) expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(traces)
      for (const { attributes } of others ? spans : []) expect(attributes).toMatchObject(others ?? {})
      if (printed) expect(wrongRows(output, printed(spans))).toEqual([])
      for (const { attributes } of users ? spans : []) {
        expect(attributes['user.id']).toBe(users?.[`${attributes['session.id']}`])
      }
    })
  }
})
