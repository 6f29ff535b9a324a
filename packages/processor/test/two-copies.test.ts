import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { DiagLogLevel } from '@opentelemetry/api'
import { bindSession, processStats, SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { processState, resetProcessState } from '@otel-sessions/semconv/internal'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest'
import { collectWarnings, startTracing, stopTracing } from '../../../test/support/tracing.ts'

type Copy = typeof import('@otel-sessions/processor') & { api: typeof import('@opentelemetry/api') }

const folder = mkdtempSync(join(tmpdir(), 'copies-'))

/** A bundle of the package and of OpenTelemetry's API, as a framework makes it for each entry point. */
async function bundle(name: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`)
  const contents = "export * from '@otel-sessions/processor'; export * as api from '@opentelemetry/api'"
  const stdin = { contents, resolveDir: import.meta.dirname }
  await build({ stdin, bundle: true, format: 'esm', platform: 'node', outfile })
  return pathToFileURL(outfile).href
}

beforeEach(() => {
  resetProcessState()
  processState().copies.clear()
})

afterEach(stopTracing)
afterAll(() => rmSync(folder, { recursive: true }))

const load = async (): Promise<typeof import('@otel-sessions/processor')> => {
  vi.resetModules()
  return import('@otel-sessions/processor')
}

it('a second copy of the package is counted, and logged once with the remedy; both read the same counters', async () => {
  const warnings = collectWarnings()
  await load()
  expect(processStats().problems).toEqual({})
  const copy = await load()
  expect(copy.SessionSpanProcessor).not.toBe(SessionSpanProcessor)
  expect(processStats().problems).toEqual({ 'packages:two-copies': 1 })
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toMatch(/^@otel-sessions\/processor 2 copies .*\(0\.\d+\.\d+, 0\.\d+\.\d+\).* "npm ls/)
  const { processor, tracer, sessions } = startTracing()
  copy.usingSession(42 as never, () => {})
  copy.usingSession('user_1_conv_1', () =>
    usingSession({ tags: ['a'] }, () => tracer.startSpan('span').end()),
  )
  expect(sessions()).toEqual({ span: 'user_1_conv_1' })
  expect(processor.stats().process.problems).toMatchObject({ 'session-id:not-a-string': 1 })
})

it('a development server that loads the same copy 50 times gets one report, and nothing piles up', async () => {
  const warnings = collectWarnings()
  for (let i = 0; i < 50; i++) (await load()).bindSession(42 as never)
  expect(processStats().problems).toEqual({ 'packages:two-copies': 1, 'bind:unknown-target': 50 })
  expect(warnings).toHaveLength(2)
  expect(processState().copies.get('@otel-sessions/processor')).toHaveLength(2)
})

it('a copy of another version is counted again', async () => {
  processState().copies.set('@otel-sessions/processor', ['0.0.1', '0.0.1'])
  await load()
  await load()
  expect(processStats().problems).toEqual({ 'packages:two-copies': 1 })
})

it('what one copy has to say is logged by another one, also to a logger of another copy of the API', async () => {
  const [one, other] = await Promise.all(
    ['one', 'other'].map(async (name): Promise<Copy> => import(/* @vite-ignore */ await bundle(name))),
  )
  resetProcessState()
  one?.bindSession(42 as never)
  const warnings: string[] = []
  const ignore = () => {}
  const warn = (...parts: unknown[]) => warnings.push(parts.join(' '))
  const logger = { error: ignore, warn, info: ignore, debug: ignore, verbose: ignore }
  expect(other?.api.diag.setLogger(logger, DiagLogLevel.WARN)).toBe(true)
  bindSession(() => {})
  expect(warnings).toEqual([expect.stringContaining('bindSession does not bind its target')])
  for (const copy of [one, other])
    expect(copy?.processStats().problems).toMatchObject({ 'bind:unknown-target': 1 })
  expect(processStats().problems).toMatchObject({ 'bind:unknown-target': 1 })
})

it('a worker has counters of its own, which its copies share', async () => {
  const urls = await Promise.all(['first', 'second'].map(bundle))
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads')
     Promise.all(workerData.map((url) => import(url))).then((copies) => {
       for (const copy of copies) copy.bindSession(42)
       parentPort.postMessage(copies.map((copy) => copy.processStats().problems))
     })`,
    { eval: true, workerData: urls },
  )
  const problems = await new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  const all = { 'packages:two-copies': 1, 'bind:unknown-target': 2 }
  expect(problems).toEqual([all, all])
  expect(processStats().problems).toEqual({})
})
