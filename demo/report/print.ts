import type { DemoResult } from '../run.ts'
import { labelOf as label, MODES, type Mode } from '../scenario.ts'
import { countOf } from './drops.ts'
import { type Totals, total } from './rows.ts'
import { table } from './table.ts'

const COLUMNS = ['traces', 'spans', 'model requests', 'LLM spans', 'spans without a session'] as const

export function print(result: DemoResult): string[] {
  return [
    '',
    ...printRows(result),
    '',
    ...printBareSpans(result),
    '',
    ...printDrops(result),
    '',
    ...(result.problems.length > 0 ? ['WRONG', ...result.problems.map(indent)] : [conclude(result)]),
  ]
}

function printRows({ rows }: DemoResult): string[] {
  const sessions = rows.map((row) => [label(row.run), row.session, ...cells(row)])
  const totals = MODES.map(({ mode }) => [label(mode), 'all three', ...cells(totalOf(rows, mode))])
  return [
    ...table(['run', 'session', ...COLUMNS], [...sessions, ...totals]),
    'More LLM spans than requests: what LangChain asks the model has two, one of its own and one of',
    'the OpenAI SDK, which it calls. A request that the application makes with the SDK has one.',
    "Without us it is LangChain's own spans that have one: its instrumentation writes it there, and only there.",
    `Spans with another conversation's session: ${total(rows).wrongSpans}.`,
  ]
}

function printBareSpans({ bare }: DemoResult): string[] {
  const groups = bare.threadId
  const sum = (key: 'spans' | 'endedBeforeTold' | 'openWhenTold' | 'besideTold') =>
    groups.reduce((all, group) => all + group[key], 0)
  const reasons = [
    [sum('endedBeforeTold'), 'ended before LangChain told the ID'],
    [sum('openWhenTold'), 'were open when LangChain told the ID'],
    [sum('besideTold'), "started after LangChain told the ID, but beside LangChain's spans, not below them"],
  ] as const
  return [
    `The ${sum('spans')} spans without a session in the run "${label('threadId')}":`,
    ...groups.map(({ name, scope, spans }) => `  ${count(spans)}  ${name} (${scope})`),
    'Why:',
    ...reasons.filter(([spans]) => spans > 0).map(([spans, why]) => `  ${count(spans)}  ${why}`),
  ]
}

function printDrops({ counters, badIds, said }: DemoResult): string[] {
  const lines = counters.flatMap(({ run, dropped, refused }) => [
    ...Object.entries(dropped).map(([reason, times]) => {
      const what = badIds.find((bad) => bad.run === run && bad.reason === reason)?.what
      return `  ${label(run)}: the gate dropped ${times} × session.id, ${reason}${what ? `: ${what}` : ''}`
    }),
    ...Object.entries(refused).map(
      ([reason, times]) => `  ${label(run)}: ${refusedBy(reason)} refused ${times}, ${reason.split(':')[1]}`,
    ),
    ...(said[run].length > 0
      ? [`  ${label(run)}: ${said[run].length} warnings through diag, none repeated`]
      : []),
  ])
  const arrived = badIds.filter(({ arrivedOn }) => countOf(arrivedOn) > 0)
  return [
    "The guest's bad session IDs. What the gate dropped before export, what was refused earlier, and why:",
    ...lines,
    'Where they reached the collector as session.id:',
    ...(arrived.length === 0 ? ['  nowhere'] : []),
    ...arrived.flatMap(({ run, what, arrivedOn }) => [
      `  ${label(run)}: ${what}, on ${countOf(arrivedOn)} span(s):`,
      `    ${Object.keys(arrivedOn).join(', ')}`,
    ]),
  ]
}

function conclude({ rows }: DemoResult): string {
  const parts = MODES.map(({ mode }) => {
    const { bareSpans, spans } = totalOf(rows, mode)
    return `${label(mode)} ${bareSpans}/${spans} (${Math.round((100 * bareSpans) / spans)} %)`
  })
  return `Spans without a session: ${parts.join(', ')}.`
}

/** Who refused an ID: the codes are those of `processor.stats().process.problems`. */
const refusedBy = (code: string) =>
  code.startsWith('attribute:') ? 'the processor, at startSpan,' : 'usingSession'

const indent = (line: string): string => `  ${line}`
const count = (value: number): string => String(value).padStart(3)
const cells = ({ traces, spans, modelRequests, llmSpans, bareSpans }: Totals) => [
  traces,
  spans,
  modelRequests,
  llmSpans,
  bareSpans,
]
const totalOf = (rows: DemoResult['rows'], mode: Mode) => total(rows.filter(({ run }) => run === mode))
