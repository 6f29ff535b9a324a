import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Reporter } from 'vitest/node'

const root = fileURLToPath(new URL('../../', import.meta.url))
const KINDS = ['lines', 'statements', 'functions', 'branches'] as const

type Summary = Record<(typeof KINDS)[number], { covered: number; total: number }>
interface CoverageMap {
  files(): string[]
  fileCoverageFor(file: string): { toSummary(): { toJSON(): Summary } }
}

/** Prints the coverage of each package. */
export default class ByPackage implements Reporter {
  onCoverage(coverage: unknown): void {
    const map = coverage as CoverageMap
    const packageOf = (file: string) => relative(root, file).split('/', 2).join('/')
    console.log(['package'.padEnd(20), ...KINDS.map((kind) => kind.padStart(12))].join(''))
    for (const name of new Set(map.files().map(packageOf))) {
      const files = map.files().filter((file) => packageOf(file) === name)
      const summaries = files.map((file) => map.fileCoverageFor(file).toSummary().toJSON())
      const cells = KINDS.map((kind) => percentOf(summaries.map((summary) => summary[kind])).padStart(12))
      console.log([name.padEnd(20), ...cells].join(''))
    }
  }
}

function percentOf(counts: { covered: number; total: number }[]): string {
  const sum = (key: 'covered' | 'total') => counts.reduce((all, count) => all + count[key], 0)
  return `${((100 * sum('covered')) / Math.max(1, sum('total'))).toFixed(2)} %`
}
