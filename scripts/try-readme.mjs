// Does what a reader does: an empty project, the packages as they would be published, the install line and the quick
// start pasted from the README. The example for SDK 3, which conflicts with this repository's SDK, runs in the same
// way, and its types are checked. A collector in this process receives the spans.
import { execFile, execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startCollector } from '../demo/support/collector.ts'
import { pack } from './pack.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const npm = (args, cwd) => execFileSync('npm', args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] })

/** The code block that follows a marker such as `<!-- quick-start -->`. */
function block(marker) {
  const found = new RegExp(`<!-- ${marker} -->\\s+\`\`\`\\w+\\n([^]*?)\`\`\``).exec(readme)
  if (!found) throw new Error(`the README has no block marked ${marker}`)
  return found[1]
}

async function inEmptyProject(name, work) {
  const project = mkdtempSync(join(tmpdir(), 'otel-sessions-readme-'))
  try {
    await work(project)
  } catch (error) {
    process.exitCode = 1
    console.error(`${name}:`, error)
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

const install = (project, packages) =>
  npm(['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages], project)

/** Runs a program and prints the spans that arrived; all of them must be in the session. */
async function run(name, project, file) {
  const collector = await startCollector()
  const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}` }
  try {
    // Not execFileSync: the collector runs in this process.
    await promisify(execFile)(process.execPath, [file], { cwd: project, env })
  } finally {
    await collector.close()
  }
  const found = collector.spans().map((span) => `${span.name}: ${span.attributes['session.id'] ?? 'none'}`)
  console.log(`${name}: ${found.sort().join(', ')}`)
  if (found.join() !== 'answer: user_123_conv_456,look up: user_123_conv_456') {
    throw new Error('not every span of the quick start arrived with the session')
  }
}

const readmeQuickStart = (set, packed) =>
  inEmptyProject(`README, ${set}`, async (project) => {
    writeFileSync(join(project, 'package.json'), '{ "private": true }')
    const [line] = block(`install-${set}`).split('\n')
    const others = line.split(' ').filter((word) => word.includes('@') && !word.startsWith('@otel-sessions/'))
    install(project, [...packed, ...others])
    writeFileSync(join(project, 'quick-start.mjs'), block(`quick-start-${set}`))
    await run(`README, ${set}`, project, 'quick-start.mjs')
  })

const STRICT = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false']
const AS_NODE = ['--module', 'nodenext', '--target', 'es2023', '--types', 'node']

const exampleForSdk3 = (packed) =>
  inEmptyProject('examples/sdk-3', async (project) => {
    for (const file of ['package.json', 'quick-start.ts']) {
      cpSync(join(root, 'examples', 'sdk-3', file), join(project, file))
    }
    install(project, packed)
    execFileSync('tsc', [...STRICT, ...AS_NODE, 'quick-start.ts'], { cwd: project, stdio: 'inherit' })
    console.log('examples/sdk-3: types checked')
    await run('examples/sdk-3', project, 'quick-start.ts')
  })

const packed = pack()
try {
  const tarballs = Object.values(packed.tarballs)
  for (const set of ['sdk-2', 'sdk-3']) await readmeQuickStart(set, tarballs)
  await exampleForSdk3(tarballs)
} finally {
  packed.remove()
}
