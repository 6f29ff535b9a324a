import type { Row } from '../frameworks/row.ts'
import { FRAMEWORKS, ORDERS, ROWS } from '../frameworks/rows.ts'
import type { Measured } from '../frameworks/support/measure.ts'
import { type Results, readResults } from '../frameworks/support/results.ts'
import { drawTable } from './draw.ts'

/** Where the rows are explained: by the beginning of their names, the first that fits. */
const PAGE_OF: readonly (readonly [start: string, page: string])[] = [
  ['LangChain', 'langchain'],
  ['LangGraph', 'langchain'],
  ['OpenAI Agents', 'openai-agents'],
  ['OpenAI', 'openai'],
  ['AI SDK', 'ai-sdk'],
  ['Langfuse', 'langfuse'],
  ['LangSmith', 'langsmith'],
  ['Traceloop', 'traceloop'],
  ['Mastra', 'mastra'],
  ['OpenInference', 'openinference'],
  ['Baggage', 'baggage'],
  ['Thirty lines of your own', '../migration/own-processor'],
]

/** The pages in `docs/frameworks` that have rows. */
export const FRAMEWORK_PAGES: readonly string[] = [
  ...new Set(PAGE_OF.map(([, page]) => page).filter((page) => !page.startsWith('../'))),
]

/** @throws Error if no page has the row */
function pageOf({ name }: Row): string {
  const found = PAGE_OF.find(([start]) => name.startsWith(start))
  if (found === undefined) throw new Error(`no page of docs/frameworks has the row "${name}"`)
  return found[1]
}

const NUMBERS = ['spans', 'without us', 'with us', 'and `backfill`', 'in `usingSession`']

/** All results: how many spans have the right session. The page of each row says more. */
export function frameworksMarkdown(): string {
  const results = readResults()
  const table = (title: string, rows: readonly Row[]) =>
    drawTable(
      [title, ...NUMBERS],
      rows.map((row) => [`[${row.name}](${pageOf(row)}.md)`, ...numbersOf(measuredOf(row, results))]),
    )
  return [
    table('framework', FRAMEWORKS),
    table("another library's processor", ORDERS),
    tenMarkdown(results),
  ].join('\n\n')
}

/** Ten users' requests in one tick. */
function tenMarkdown(results: Results): string {
  return drawTable(
    [
      'ten requests in one tick',
      ...['its own way: right', 'missing', 'wrong'],
      ...['in `usingSession`: right', 'missing', 'wrong'],
    ],
    ROWS.map((row) => {
      const { alone, scope } = measuredOf(row, results).ten.oneTick
      const counts = [alone, scope].flatMap(({ right, missing, wrong }) => [right, missing, wrong])
      return [`[${row.name}](${pageOf(row)}.md)`, ...counts.map(String)]
    }),
  )
}

/** The results of one page, and what each row means for the application; rows with the same note share it. */
export function frameworkMarkdown(
  page: string,
  rows: readonly Row[] = ROWS.filter((row) => pageOf(row) === page),
  results: Results = readResults(),
): string {
  const table = drawTable(
    ['', ...NUMBERS],
    rows.map((row) => [row.name, ...numbersOf(measuredOf(row, results))]),
  )
  const notes = new Map<string, string[]>()
  for (const row of rows) {
    const note = noteOn(row, measuredOf(row, results))
    notes.set(note, [...(notes.get(note) ?? []), row.name])
  }
  const list = [...notes].map(([note, names]) => `- **${names.join('; ')}.** ${note}`)
  return [table, list.join('\n')].join('\n\n')
}

function measuredOf({ name }: Row, results: Results): Measured {
  const measured = results[name]
  if (measured === undefined) throw new Error(`results.json has no "${name}": test:frameworks --update`)
  return measured
}

function numbersOf({ spans, ofNoTurn, right, inferred, scope }: Measured): string[] {
  return [spans - ofNoTurn, right.before, right.late, right.after + inferred, scope.right].map(String)
}

function noteOn(row: Row, measured: Measured): string {
  const { way, remark, beyondScope, unstable } = row
  const sentences = [
    `The session is passed by ${way}.`,
    namesOf(measured),
    ...[remark, beyondScope, unstable].filter((text) => text !== undefined).map(sentence),
    `**What to do:** ${row.advice ?? adviceFor(measured)}.`,
  ]
  return sentences.join(' ')
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

/** What an application should do to have the session on all of its spans. */
function adviceFor({ spans, ofNoTurn, onlyScope, right, inferred }: Measured): string {
  if (onlyScope > 0) return 'use `usingSession`: only a scope reaches these spans'
  return right.late + inferred === spans - ofNoTurn ? 'nothing more' : 'add `backfill`, or use `usingSession`'
}

function namesOf({ keys, named, atStart }: Measured): string {
  if (named === 0) return 'No span shows it.'
  const when = atStart === named ? 'when they start' : atStart === 0 ? 'late' : 'when they start, some later'
  const attributes = Object.keys(keys).map((key) => `\`${key}\``)
  return `The framework's own spans have it in ${attributes.join(', ')}, ${when}.`
}
