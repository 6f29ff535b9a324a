import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Block } from './blocks.ts'

/** An error of the compiler, at its line of the Markdown page. */
export interface TypeProblem {
  readonly page: string
  readonly line: number
  readonly text: string
}

/** Compiles the blocks in one run, in a workspace where what they import is installed. */
export function checkTypes(workspace: string, blocks: readonly Block[]): TypeProblem[] {
  const folder = join(workspace, '.blocks')
  rmSync(folder, { recursive: true, force: true })
  const byFile = new Map<string, Block>()
  for (const block of blocks) {
    const file = join(folder, block.file)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, block.text)
    byFile.set(`.blocks/${block.file}`, block)
  }
  const { status, stdout, stderr } = spawnSync('tsc', ['-p', '.', '--pretty', 'false'], {
    cwd: workspace,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  const problems = readProblems(stdout, byFile).sort(
    (a, b) => a.page.localeCompare(b.page) || a.line - b.line,
  )
  if (status !== 0 && problems.length === 0) throw new Error(`tsc failed: ${stdout}${stderr}`)
  return problems
}

/** An error's line, followed by indented lines that explain it. */
const ERROR = /^(?<file>[^(\n]+)\((?<line>\d+),\d+\): error (?<text>.*(?:\n[ \t]+.*)*)/gm

function readProblems(output: string, byFile: ReadonlyMap<string, Block>): TypeProblem[] {
  return [...output.matchAll(ERROR)].map(({ groups: { file = '', line = '', text = '' } = {} }) => {
    const fence = byFile.get(file)?.fence
    // The module's first line stands in the place of the line that opens the fence.
    if (fence) return { page: fence.page, line: fence.line + Number(line) - 1, text }
    return { page: `docs/code/${file}`, line: Number(line), text }
  })
}
