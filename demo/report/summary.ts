/** The report: one request as a tree, the headline, a bar for each run, the totals by session, the guest's IDs. */
import type { DemoResult } from '../run.ts'
import { CONVERSATIONS, labelOf, type Mode, SHOWN } from '../scenario.ts'
import { headline, invalidIdSpans, shareOf } from './figures.ts'
import { type Paint, widthOf } from './paint.ts'
import { table } from './table.ts'
import { drawTrees } from './tree.ts'

/** From the least to the most. */
const BARS: readonly { mode: Mode; what: string }[] = [
  { mode: 'without', what: 'none of these packages' },
  { mode: 'threadId', what: 'no call in the handler' },
  { mode: 'backfill', what: 'spans wait for the ID' },
  { mode: 'usingSession', what: 'one call in the handler' },
]

const BAR_WIDTH = 24

export function summarize(result: DemoResult, width: number, paint: Paint): string[] {
  return [
    '',
    ...drawRequest(result, width, paint),
    '',
    paint.bold(paint.good(headline(result))),
    '',
    ...drawBars(result, width, paint),
    '',
    ...drawSessions(result, paint),
    '',
    drawInvalidIds(result, paint),
  ]
}

export function drawProblems({ problems }: DemoResult, paint: Paint): string[] {
  if (problems.length === 0) return []
  return [
    '',
    paint.bold(paint.bad('Problems')),
    ...problems.map((problem) => `  ${paint.bad('✗')} ${problem}`),
  ]
}

function drawRequest({ shown }: DemoResult, width: number, paint: Paint): string[] {
  const columns = [
    { title: 'without us', lines: shown.without },
    { title: 'with usingSession', lines: shown.usingSession },
  ]
  return [
    `${SHOWN.user} asks “${SHOWN.text}”: one request, one trace`,
    '',
    ...drawTrees(columns, width, paint),
  ]
}

function drawBars(result: DemoResult, width: number, paint: Paint): string[] {
  const widest = Math.max(...BARS.map(({ mode }) => labelOf(mode).length))
  return BARS.map(({ mode, what }) => {
    const { carrying, spans } = shareOf(result, mode)
    const filled = Math.floor((BAR_WIDTH * carrying) / spans)
    const style = carrying === spans ? paint.good : paint.warn
    const bar = style('█'.repeat(filled)) + paint.dim('░'.repeat(BAR_WIDTH - filled))
    const count = `${String(carrying).padStart(String(spans).length)} of ${spans}`
    const line = `${labelOf(mode).padEnd(widest)}  ${bar}  ${count}`
    const longest = `${line}  ${paint.dim(what)}`
    return widthOf(longest) <= width ? longest : line
  })
}

function drawSessions({ rows }: DemoResult, paint: Paint): string[] {
  const body = CONVERSATIONS.map(({ user, session }) => {
    const row = (mode: Mode) => rows.find((known) => known.run === mode && known.session === session)
    const ours = row('usingSession')
    const without = row('without')
    return [user, session, ours?.traces ?? 0, ours?.modelRequests ?? 0, carryingOf(ours), carryingOf(without)]
  })
  const head = ['user', 'session', 'traces', 'model requests', 'with session', 'without us']
  const [titles = '', , ...lines] = table(head, body)
  return [paint.dim(titles), ...lines]
}

function carryingOf(row: DemoResult['rows'][number] | undefined): string {
  return row ? `${row.spans - row.withoutSession - row.wrongSpans} of ${row.spans}` : 'none'
}

function drawInvalidIds(result: DemoResult, paint: Paint): string {
  const { without, withUs } = invalidIdSpans(result)
  const ours = withUs === 0 ? paint.good('none reached the collector') : paint.bad(`on ${withUs} spans`)
  return `A guest’s two invalid IDs: ${ours} (${paint.bad(`${without} spans`)} did without us)`
}

export function drawNext(verbose: boolean, paint: Paint): string[] {
  const next = [
    ['README.md', 'install it and set it up'],
    ['docs/guide/', 'requests, jobs, streams, backends'],
    ...(verbose ? [] : [['npx -y pnpm@12.21.0 demo --verbose', 'every run in detail'] as const]),
  ] as const
  const widest = Math.max(...next.map(([where]) => where.length))
  return [
    '',
    paint.bold('Next'),
    ...next.map(([where, what]) => `  ${where.padEnd(widest)}  ${paint.dim(what)}`),
  ]
}
