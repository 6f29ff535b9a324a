import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROGRAMS, type Program } from '../../../docs/code/programs.ts'
import { type Fence, isFile } from '../fences.ts'
import { root } from '../pages.ts'
import { type Command, commandsAfter } from './command.ts'
import { packagesInstalledBefore } from './install-line.ts'

/** A program to run, with what it needs and what it must do. */
export interface ProgramToRun {
  /** Where it stands, for messages. */
  readonly place: string
  /** The file to run. */
  readonly main: string
  /** Every file of the program: its text by name. */
  readonly files: Readonly<Record<string, string>>
  /** What npm installs before, as on the page. */
  readonly packages: readonly string[]
  /** How the page runs it. */
  readonly command: Command
  readonly expected: Program
}

/** The programs of the pages, and what does not fit between the pages and `docs/code/programs.ts`, a sentence each. */
export function findPrograms(pages: ReadonlyMap<string, readonly Fence[]>, all: boolean) {
  const found: ProgramToRun[] = []
  const problems: string[] = []
  for (const [page, fences] of pages) {
    const expected = PROGRAMS[page] ?? {}
    const files = filesOf(fences)
    const parts = new Set(
      Object.values(expected)
        .flat()
        .flatMap((program) => program.with ?? []),
    )
    for (const [name, fence] of files) {
      if (!(name in expected) && !parts.has(name)) {
        problems.push(`${page}:${fence.line}: docs/code/programs.ts has no entry for ${name}`)
      }
    }
    for (const [main, runs] of Object.entries(expected)) {
      const programs = [runs].flat()
      const names = [main, ...programs.flatMap((program) => program.with ?? [])]
      const missing = names.filter((name) => !files.has(name))
      for (const name of missing) problems.push(`docs/code/programs.ts: ${page} has no program ${name}`)
      if (missing.length > 0) continue
      const line = files.get(main)?.line ?? 0
      const packages = packagesInstalledBefore(fences, line)
      const commands = commandsAfter(fences, line, main)
      if (packages === undefined) problems.push(`${page}:${line}: no "npm i" line before ${main}`)
      else if (commands.length !== programs.length) {
        problems.push(
          `${page}:${line}: ${main} is run by ${commands.length} commands, not ${programs.length}`,
        )
      } else {
        const texts = Object.fromEntries(names.map((name) => [name, files.get(name)?.code ?? '']))
        for (const [index, command] of commands.entries()) {
          const program = programs[index] as Program
          const place = `${page}:${line}: ${main}${index > 0 ? `, command ${index + 1}` : ''}`
          found.push({ place, main, files: texts, packages, command, expected: program })
        }
      }
    }
  }
  if (all) {
    const gone = Object.keys(PROGRAMS).filter((page) => !pages.has(page))
    problems.push(...gone.map((page) => `docs/code/programs.ts: there is no page ${page}`))
  }
  return { found, problems }
}

function filesOf(fences: readonly Fence[]): Map<string, Fence> {
  const files = new Map<string, Fence>()
  for (const fence of fences.filter(isFile)) {
    // Alternatives of a code group share a name; the first of them is the program.
    if (fence.name !== undefined && !files.has(fence.name)) files.set(fence.name, fence)
  }
  return files
}

const sdk3 = join(root, 'examples/sdk-3')
const { dependencies } = JSON.parse(readFileSync(join(sdk3, 'package.json'), 'utf8'))

/** The example that conflicts with this repository's SDK, so that it cannot run with the other examples. */
export const EXAMPLE_FOR_SDK_3: ProgramToRun = {
  place: 'examples/sdk-3/quick-start.ts',
  main: 'quick-start.ts',
  files: { 'quick-start.ts': readFileSync(join(sdk3, 'quick-start.ts'), 'utf8') },
  packages: Object.entries(dependencies).map(([name, version]) => `${name}@${version}`),
  command: { options: [], env: {} },
  expected: { sessions: { user_123_conv_456: ['quick-start: answer', 'quick-start: look up'] } },
}
