import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onLeaving } from '../leaving.ts'
import { readWireSpans } from '../spans.ts'
import type { Noted } from './feed.ts'

const WITNESS = new URL('../witness.ts', import.meta.url).href

/** A file for a witness, in a temporary folder. */
export function witnessFile() {
  const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-witness-'))
  const file = join(folder, 'noted.json')
  return {
    file,
    read: (): Noted => {
      const { wire, traces } = JSON.parse(readFileSync(file, 'utf8'))
      return { wire, spans: readWireSpans(traces) }
    },
    remove: onLeaving(() => rmSync(folder, { recursive: true, force: true })),
  }
}

/** The environment without the shell's own settings, which must not affect the tests. */
function environment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(LANGSMITH_|LANGCHAIN_|OTEL_|OPENAI_|NODE_OPTIONS$|NODE_USE_ENV_PROXY$)/.test(name),
  )
  return { ...Object.fromEntries(kept), ...settings }
}

/** Far more than a slow machine needs: something hangs. */
export const APPLICATION_MILLIS = 600_000

/** Runs a script to its end with the witness, and returns its output, too; a failure shows the output. */
export async function runApplication(
  script: string,
  settings: Record<string, string>,
): Promise<Noted & { printed: string }> {
  const witness = witnessFile()
  const child = spawn(process.execPath, ['--import', WITNESS, script], {
    env: environment({ ...settings, WITNESS_FILE: witness.file }),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: APPLICATION_MILLIS,
  })
  const killed = onLeaving(() => child.kill('SIGKILL'))
  try {
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        output += text
      })
    }
    const [code, signal] = await once(child, 'close')
    if (code !== 0) throw new Error(`${script} ended with ${signal ?? code}:\n${output}`)
    return { ...witness.read(), printed: output }
  } finally {
    killed()
    witness.remove()
  }
}
