import { readFileSync } from 'node:fs'
import { type Results, readResults } from '../frameworks/support/results.ts'
import type { HelperName } from '../peers/comparison/helpers.ts'
import type { Comparison, InvalidId } from '../peers/comparison/measure.ts'
import { drawTable } from './draw.ts'

/** The row of the same OpenAI application in test/frameworks, and its column: the helper alone, or our scope. */
const APPLICATION: Readonly<Record<HelperName, { row: string; column: 'before' | 'scope' }>> = {
  'otel-sessions': { row: 'OpenAI metadata', column: 'scope' },
  'Langfuse `propagateAttributes`': { row: 'Langfuse processor before ours', column: 'before' },
  'OpenInference `setSession`': { row: 'OpenInference processor before ours', column: 'before' },
  'Traceloop `withAssociationProperties`': { row: 'Traceloop association properties', column: 'before' },
  'thirty lines of your own': { row: 'Thirty lines of your own', column: 'before' },
}

type Cell = (result: Comparison) => string

const ROWS: Readonly<Record<string, Cell>> = {
  'spans with the session, in the same OpenAI application': ({ name }) => spansOf(name, readResults()),
  "the HTTP server's span, which starts before the session is known": ({ spanBefore }) => spanBefore,
  'async generator, made inside, read outside': ({ asyncGenerator }) => asyncGenerator,
  'callback of a job queue or event listener, as it is': ({ job, listener }) =>
    same(job.alone, listener.alone),
  'the same, bound': ({ name, job, listener }) => {
    const fate = same(job.bound, listener.bound)
    return `${fate}, with \`${name === 'otel-sessions' ? 'bindSession' : 'context.bind'}\``
  },
  'ID of 300 characters': ({ invalid }) => invalidCell(invalid.of300Characters),
  'ID that is not ASCII': ({ invalid }) => invalidCell(invalid.notAscii),
  'ID of 300 characters inside another session': ({ invalid }) => invalid.insideAnother,
  'span around two sessions, such as that of a batch job': ({ spanAroundTwo }) => spanAroundTwo,
  'a framework overwrites `session.id`': overwrittenCell,
  "a framework's `thread_id` outside every scope": ({ threadId }) =>
    threadId === 'kept' ? 'inferred' : 'not read',
  'no context manager is registered': ({ noContextManager }) =>
    `${noContextManager.session}, ${noContextManager.logged ? 'and logged' : 'silently'}`,
  'attributes with the session ID': ({ keys }) => keys.split(', ').map(code).join(', '),
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
  return `${exported === 'the ID' ? 'exported' : exported}, ${logged ? 'logged' : 'silently'}`
}

function overwrittenCell({ overwritten }: Comparison): string {
  const { own, frameworkIn } = overwritten
  return own === 'lost' ? 'lost' : `kept; the other ID is in ${code(frameworkIn)}`
}

/** @throws Error if two outcomes that share a cell differ */
function same(one: string, other: string): string {
  if (one !== other) throw new Error(`one cell for "${one}" and "${other}"`)
  return one
}

const code = (text: string) => `\`${text}\``
