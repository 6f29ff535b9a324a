import { readFileSync } from 'node:fs'
import { type Results, readResults } from '../frameworks/support/results.ts'
import type { HelperName } from '../peers/comparison/helpers.ts'
import type { Comparison, InvalidId } from '../peers/comparison/measure.ts'
import { drawTable } from './draw.ts'

/** The row of the same OpenAI application in test/frameworks, and its column: the helper alone, or our scope. */
const APPLICATION: Readonly<Record<HelperName, { row: string; column: 'before' | 'scope' }>> = {
  'otel-sessions': { row: 'OpenAI metadata', column: 'scope' },
  Langfuse: { row: 'Langfuse processor before ours', column: 'before' },
  OpenInference: { row: 'OpenInference processor before ours', column: 'before' },
  Traceloop: { row: 'Traceloop association properties', column: 'before' },
  'thirty lines': { row: 'Thirty lines of your own', column: 'before' },
}

type Cell = (result: Comparison) => string

const ROWS: Readonly<Record<string, Cell>> = {
  'spans with the session': ({ name }) => spansOf(name, readResults()),
  "the HTTP server's span": ({ spanBefore }) => spanBefore,
  'async generator': ({ asyncGenerator }) => asyncGenerator,
  'callback of a queue or emitter': ({ job, listener }) => same(job.alone, listener.alone),
  'the same, bound': ({ job, listener }) => same(job.bound, listener.bound),
  'span around two sessions': ({ spanAroundTwo }) => spanAroundTwo,
  'ID of 300 characters': ({ invalid }) => invalidCell(invalid.of300Characters),
  'ID that is not ASCII': ({ invalid }) => invalidCell(invalid.notAscii),
  'invalid ID in another session': ({ invalid }) => exportedCell(invalid.insideAnother),
  'framework overwrites `session.id`': overwrittenCell,
  'framework writes `thread_id`': ({ threadId }) => (threadId === 'kept' ? 'read' : 'not read'),
  'no context manager': ({ noContextManager }) => (noContextManager.logged ? 'logged' : 'silent'),
  'attributes written': keysCell,
}

/** The table of what each helper does, measured by `test:peers` and `test:frameworks`. */
export function comparisonMarkdown(): string {
  const file = new URL('../peers/comparison/results.json', import.meta.url)
  const results = JSON.parse(readFileSync(file, 'utf8')) as readonly Comparison[]
  return drawTable(
    ['', ...results.map(({ name }) => name)],
    Object.entries(ROWS).map(([what, cell]) => [what, ...results.map(cell)]),
  )
}

function spansOf(name: HelperName, results: Results): string {
  const { row, column } = APPLICATION[name]
  const measured = results[row]
  if (measured === undefined) throw new Error(`results.json has no "${row}": test:frameworks --update`)
  const { spans, right, scope } = measured
  return `${column === 'scope' ? scope.right : right.before} of ${spans}`
}

function invalidCell({ exported, logged }: InvalidId): string {
  return `${exportedCell(exported)}, ${logged ? 'logged' : 'silent'}`
}

const exportedCell = (exported: InvalidId['exported']): string =>
  exported === 'the ID' ? 'exported' : exported

/** A helper with an attribute of its own keeps that, and `session.id` has the framework's ID. */
function overwrittenCell({ overwritten }: Comparison): string {
  if (overwritten.own === 'lost') return 'lost'
  return overwritten.frameworkIn === 'session.id' ? 'own attribute kept' : 'kept'
}

function keysCell({ keys }: Comparison): string {
  const [first = '', ...others] = keys.split(', ').sort((one) => (one === 'session.id' ? -1 : 1))
  if (first !== 'session.id') return 'its own'
  return others.length === 0 ? '`session.id`' : `\`session.id\`, and ${others.length} of backends`
}

/** @throws Error if two outcomes that share a cell differ */
function same(one: string, other: string): string {
  if (one !== other) throw new Error(`one cell for "${one}" and "${other}"`)
  return one
}
