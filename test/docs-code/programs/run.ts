import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startModel } from '../../examples/run.ts'
import { execute } from './execute.ts'
import type { ProgramToRun } from './find.ts'
import { withTarballs } from './install-line.ts'
import { differences } from './judge.ts'

/** Runs programs, each in an empty project, and says what differs from what they must do. */
export async function runPrograms(
  programs: readonly ProgramToRun[],
  tarballs: Readonly<Record<string, string>>,
) {
  const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-programs-'))
  const model = await startModel()
  const results: { place: string; problems: string[] }[] = []
  try {
    const projects = new Map<string, Promise<string>>()
    for (const [at, program] of programs.entries()) {
      const packages = withTarballs(program.packages, tarballs)
      // Node takes a .ts or .js file for CommonJS without this; a page with such a program says so.
      const manifest = program.main.endsWith('.mjs') ? { private: true } : { private: true, type: 'module' }
      const key = JSON.stringify([manifest, packages.toSorted()])
      if (!projects.has(key)) projects.set(key, install(join(folder, `${at}`), manifest, packages))
      const problems = await tryProgram(program, projects.get(key), at, model.url)
      results.push({ place: program.place, problems })
    }
  } finally {
    model.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return results
}

/** Programs that install the same packages share a project, each in a folder of its own. */
async function tryProgram(
  { main, files, command, expected }: ProgramToRun,
  project: Promise<string> | undefined,
  at: number,
  model: string,
): Promise<string[]> {
  try {
    const cwd = join((await project) ?? '', `program-${at}`)
    mkdirSync(cwd)
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), `${text}\n`)
    return differences(expected, await execute(cwd, main, expected, model, command))
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

async function install(project: string, manifest: object, packages: readonly string[]): Promise<string> {
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest))
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline', '--fetch-retries=5']
  await promisify(execFile)('npm', ['install', ...quiet, ...packages], { cwd: project })
  return project
}
