import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { FaultResult } from './trial.ts'

const PROGRAM = fileURLToPath(new URL('./tiny-disk.ts', import.meta.url))
/** The exit code of `unshare` without permission. */
const REFUSED = 1

export interface TinyDisks {
  readonly results: readonly FaultResult[]
  /** Why no disk was frozen. */
  readonly skipped: string | undefined
}

/**
 * Real disks that are full, read-only, or hang.
 *
 * @returns why it was not tried, if this process must not mount disks
 */
export async function tinyDisks(): Promise<TinyDisks | string> {
  if (process.platform !== 'linux') return 'only Linux has a tmpfs and mount namespaces'
  if (process.getuid?.() !== 0) return 'only root may mount'
  const disk = mkdtempSync(join(tmpdir(), 'otel-sessions-disk-'))
  const program = spawn('unshare', ['--mount', process.execPath, '--no-warnings', PROGRAM, disk], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const failed = new Promise<string>((resolve) => program.on('error', (error) => resolve(String(error))))
  const [said, complaint, failure] = await Promise.all([
    text(program.stdout),
    text(program.stderr),
    Promise.race([
      failed,
      new Promise<undefined>((resolve) => program.on('close', () => resolve(undefined))),
    ]),
  ])
  rmSync(disk, { recursive: true, force: true })
  if (failure !== undefined) return failure
  if (program.exitCode === REFUSED && complaint.startsWith('unshare:')) return complaint.trim()
  if (program.exitCode !== 0) throw new Error(`the test of tiny disks broke: ${complaint}`)
  return JSON.parse(said) as TinyDisks
}
