// Does what a reader does: an empty project, the packages as they would be published, the install line and
// the quick start pasted from the README. A collector in this process says what arrived.
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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

async function tryOut(set, packed) {
  const project = mkdtempSync(join(tmpdir(), 'otel-sessions-readme-'))
  const collector = await startCollector()
  try {
    writeFileSync(join(project, 'package.json'), '{ "private": true }')
    const [install] = block(`install-${set}`).split('\n')
    const others = install
      .split(' ')
      .filter((word) => word.includes('@') && !word.startsWith('@otel-sessions/'))
    npm(['install', '--no-audit', '--no-fund', '--loglevel=error', ...packed, ...others], project)
    writeFileSync(join(project, 'quick-start.mjs'), block(`quick-start-${set}`))
    const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}` }
    // Not execFileSync: the collector that answers lives in this process.
    await promisify(execFile)(process.execPath, ['quick-start.mjs'], { cwd: project, env })
    const sessions = collector.spans().map((span) => span.attributes['session.id'])
    console.log(`${set}: ${sessions.length} spans arrived, sessions: ${[...new Set(sessions)].join(', ')}`)
    if (sessions.length < 2 || sessions.some((id) => id !== 'user_123_conv_456')) process.exitCode = 1
  } finally {
    await collector.close()
    rmSync(project, { recursive: true, force: true })
  }
}

const packed = pack()
try {
  for (const set of ['sdk-2', 'sdk-3']) await tryOut(set, Object.values(packed.tarballs))
} finally {
  packed.remove()
}
if (process.exitCode) console.error('Not every span of the quick start carried the session.')
