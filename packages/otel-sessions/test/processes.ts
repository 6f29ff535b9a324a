import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, onTestFinished } from 'vitest'
import { type Collector, startCollector } from '../../../demo/support/collector.ts'
import type { ReceivedSpan } from '../../../demo/support/otlp.ts'

const installed = fileURLToPath(new URL('../../../node_modules/', import.meta.url))

let collector: Collector
const children: ChildProcess[] = []

/** Gives each test of a file a collector, and ends the processes that it leaves. */
export function useProcesses(): void {
  beforeEach(async () => {
    collector = await startCollector()
  })
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL')
    await collector.close()
  })
}

/** An application in a folder of its own, with files, and with packages of this repository. */
export function application(files: Readonly<Record<string, string>>, ...packages: string[]): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'otel-sessions-process-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of ['otel-sessions', '@opentelemetry/api', ...packages]) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(realpathSync(join(installed, name)), link)
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

/** Runs a program to its end; sends it a signal when it says that it is ready, if there is one. */
export async function run(
  folder: string,
  args: string[],
  variables: Readonly<Record<string, string>> = {},
  signal?: NodeJS.Signals,
) {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ...variables,
    },
  })
  children.push(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (signal !== undefined && output.includes('ready')) child.kill(signal)
    })
  }
  const [code, endedBy] = (await once(child, 'close')) as [number | null, string | null]
  return { code, signal: endedBy, output }
}

/** Of the spans that arrived: the names, with their sessions. */
export const arrived = () => spans().map(({ name, attributes }) => `${name}: ${attributes['session.id']}`)

/** The spans that arrived. */
export const spans = (): ReceivedSpan[] => collector.spans()

/** The attributes of a span that arrived. */
export const attributesOf = (name: string): Readonly<Record<string, unknown>> | undefined =>
  spans().find((span) => span.name === name)?.attributes
