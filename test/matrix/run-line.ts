import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fencesOf } from '../docs-code/fences.ts'
import type { Outcome } from './command.ts'
import { checkTypes, compile, compiledPath, type TypeChecker } from './compile.ts'
import type { Line } from './lines.ts'
import { sdkNamesInTypes } from './packed-types.ts'
import { apiOf, makeProject, type Project, putFile, putSources, removeProject, root } from './project.ts'
import type { Section } from './report.ts'
import { runTests } from './suite-run.ts'

const SUITE = 'test/matrix/suite'
const CONSUMER = 'test/matrix/consumer'
const QUICK_START = 'quick-start.mts'

/** Runs the compatibility suite and an application's type check with one SDK line. */
export async function runLine(
  line: Line,
  tarballs: Record<string, string>,
  checkers: readonly TypeChecker[],
  section: Section,
): Promise<void> {
  const { name, packages } = line
  const project = await makeProject({ name, tarballs, packages })
  try {
    section.api = apiOf(project)
    putSuite(project, line)
    const tests = readdirSync(join(root, SUITE)).map((file) => `${SUITE}/${file}`)
    if (section.checked('the suite beside this SDK', await compile(project, tests))) {
      for (const node of section.nodes)
        section.ran(node, await runTests(project.folder, tests.map(compiledPath), node))
    }
    await checkConsumers(project, line, checkers, section)
  } finally {
    removeProject(project)
  }
}

/** The suite's sources, with the adapter of the line in place of the repository's. */
export function putSuite(project: Project, { adapters }: Line): void {
  putSources(project, ['demo/support', 'test/matrix/suite', 'test/matrix/support', 'test/matrix/two-apis'])
  putSources(
    project,
    adapters.map((file) => `test/matrix/adapters/${file}`),
  )
  putFile(project, 'test/matrix/support/sdk.ts', `export * from '../adapters/${adapters[0]}'\n`)
}

async function checkConsumers(
  project: Project,
  { quickStart, knownTypeErrors = [] }: Line,
  checkers: readonly TypeChecker[],
  section: Section,
): Promise<void> {
  const named = sdkNamesInTypes(project)
  section.checked('the published types name an SDK package', {
    ok: named.length === 0,
    output: named.join('\n'),
  })
  putSources(project, [CONSUMER])
  const files = [`${CONSUMER}/exports.ts`]
  if (quickStart !== undefined) {
    putFile(project, QUICK_START, programOf(quickStart))
    files.push(QUICK_START)
  }
  for (const checker of checkers) {
    const { compiler, resolution } = checker
    // Only under nodenext does a file's extension make it CommonJS.
    const all = resolution === 'nodenext' ? [...files, `${CONSUMER}/commonjs.cts`] : files
    const outcome = await checkTypes(project, all, checker, false)
    section.checked(`types of an application, ${resolution}, ${compiler}`, except(outcome, knownTypeErrors))
  }
}

/** The outcome without the errors of the SDK's own declaration files, all of which must occur. */
function except({ ok, output }: Outcome, files: readonly string[]): Outcome {
  if (files.length === 0) return { ok, output }
  const errors = [...output.matchAll(/^(\S+)\(\d+,\d+\): error /gm)].map(([, file = '']) => file)
  const isKnown = errors.every((file) => files.includes(file)) && files.every((file) => errors.includes(file))
  return { ok: !ok && isKnown, output: ok ? `no more errors in ${files.join(', ')}` : output }
}

/** A program of the page "Getting started", by its file name. */
function programOf(file: string): string {
  const page = 'docs/guide/getting-started.md'
  const fences = fencesOf(page, readFileSync(join(root, page), 'utf8'))
  const found = fences.find(({ name }) => name === file)
  if (found === undefined) throw new Error(`${page} has no program ${file}`)
  return found.code
}
