import { NODES } from '../../scripts/nodes.mjs'
import type { Outcome } from './command.ts'
import type { NodeVersion } from './lines.ts'
import type { Counted } from './suite-run.ts'

/** The results of one project: its tests on several Node versions, and its type checks. */
export class Section {
  readonly name: string
  /** The version of @opentelemetry/api that npm installed. */
  api = 'none'
  /** The Node versions on which it runs. */
  readonly nodes: readonly NodeVersion[]
  /** Those that the quick form leaves out. */
  readonly leftOut: readonly NodeVersion[]
  readonly results = new Map<number, Counted>()
  readonly complaints: string[] = []
  readonly #checks: boolean[] = []

  constructor(name: string, every: readonly NodeVersion[], nodes = every) {
    this.name = name
    this.nodes = nodes
    this.leftOut = every.filter((node) => !nodes.includes(node))
  }

  ran(node: number, counted: Counted): void {
    this.results.set(node, counted)
    const { passed, failed, complaint } = counted
    if (complaint !== undefined)
      this.#complain(`on Node ${node}, ${passed} passed, ${failed} failed`, complaint)
    const seconds = Math.round(performance.now() / 1000)
    console.log(`${seconds} s: ${this.name}, Node ${node}: ${passed} passed, ${failed} failed`)
  }

  /** Records a type check. Returns whether it passed. */
  checked(what: string, { ok, output }: Outcome): boolean {
    this.#checks.push(ok)
    if (!ok) this.#complain(what, output)
    return ok
  }

  broke(error: unknown): void {
    this.#complain(
      'did not run to its end',
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    )
  }

  get isGood(): boolean {
    return this.complaints.length === 0 && this.nodes.every((node) => this.results.has(node))
  }

  get types(): string {
    const good = this.#checks.filter((ok) => ok).length
    return `${good} of ${this.#checks.length}`
  }

  #complain(what: string, text: string): void {
    this.complaints.push(`== ${this.name}: ${what}\n${text.trimEnd()}\n`)
  }
}

/** What the quick form does not run, such as `SDK 3.1.0 on Node 24, 26`. */
export const nodesLeftOut = (sections: readonly Section[]): string[] =>
  sections
    .filter(({ leftOut }) => leftOut.length > 0)
    .map(({ name, leftOut }) => `${name} on Node ${leftOut.join(', ')}`)

/** The Node versions on which no line runs. There must be none, in the quick form either. */
export const nodesWithoutLine = (sections: readonly Section[]): string[] =>
  Object.keys(NODES).filter((version) => !sections.some(({ nodes }) => nodes.map(String).includes(version)))

/** Every project must run every test, so that none is lost. */
export function unequalCounts(sections: readonly Section[]): string | undefined {
  const counts = sections.flatMap(({ results }) =>
    [...results.values()].map((one) => one.passed + one.failed),
  )
  const different = new Set(counts)
  return different.size > 1
    ? `the lines ran different numbers of tests: ${[...different].join(', ')}`
    : undefined
}

/** The table: line by Node. */
export function table(sections: readonly Section[]): string {
  const head = ['line', 'api', 'Node', 'passed', 'failed', 'types checked']
  const rows = sections.flatMap((section) =>
    section.nodes.map((node) => {
      const result = section.results.get(node)
      const counts = result === undefined ? ['did not run', ''] : [`${result.passed}`, `${result.failed}`]
      return [section.name, section.api, `${node}`, ...counts, section.types]
    }),
  )
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)))
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
}
