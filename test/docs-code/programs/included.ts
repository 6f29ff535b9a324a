import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { EXPECTED } from '../../examples/expected.ts'
import { startModel } from '../../examples/run.ts'
import { root } from '../pages.ts'
import { execute } from './execute.ts'
import { differences } from './judge.ts'

/** Examples that pages include as a whole, by their paths. Those for SDK 3 run in a project of their own. */
export const isExample = (path: string): boolean => /^examples\/[\w-]+\.ts$/.test(path)

/** Runs examples that pages include, in a workspace with the packed packages and the frameworks that they import. */
export async function runIncluded(paths: readonly string[], workspace: string) {
  const folder = join(workspace, '.programs')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const model = await startModel()
  const results: { place: string; problems: string[] }[] = []
  try {
    for (const path of paths) {
      const file = basename(path)
      const promise = EXPECTED[file]
      if (promise === undefined) {
        results.push({ place: path, problems: [`test/examples/expected.ts has no entry for ${file}`] })
        continue
      }
      // It has what they need besides packages.
      if (promise.isForMessages) continue
      copyFileSync(join(root, path), join(folder, file))
      const expected = { sessions: promise.sessions, ...(promise.none && { none: promise.none }) }
      const run = await execute(folder, file, expected, model.url)
      results.push({ place: path, problems: differences(expected, run) })
    }
  } finally {
    model.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return results
}
