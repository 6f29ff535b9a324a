import type { DemoResult } from '../run.ts'
import { labelOf as label, MODES, type Mode } from '../scenario.ts'
import { countOf } from './drops.ts'
import type { Paint } from './paint.ts'
import { type Totals, total } from './rows.ts'
import { table } from './table.ts'

const COLUMNS = ['traces', 'spans', 'model requests', 'LLM spans', 'no session'] as const

/** `--verbose`: every row of every run, the spans without a session and why, and each rejected or dropped ID. */
export function describe(result: DemoResult, paint: Paint): string[] {
  return [
    '',
    ...describeRows(result, paint),
    '',
    ...describeUnassigned(result, paint),
    '',
    ...describeDrops(result, paint),
    ...describeWarnings(result.warnings, paint),
  ]
}

function describeRows({ rows }: DemoResult, paint: Paint): string[] {
  const sessions = rows.map((row) => [label(row.run), row.session, ...cells(row)])
  const totals = MODES.map(({ mode }) => [label(mode), 'all three', ...cells(totalOf(rows, mode))])
  const [titles = '', , ...lines] = table(['run', 'session', ...COLUMNS], [...sessions, ...totals])
  return [
    paint.bold('All runs'),
    paint.dim(titles),
    ...lines,
    '',
    "There are more LLM spans than requests because LangChain's requests have two: LangChain's own and that of",
    'the OpenAI SDK, which it calls. Requests that the application makes with the SDK have one.',
    "Without our packages, only LangChain's own spans have a session: its instrumentation writes it there.",
    `Spans with another conversation's session: ${total(rows).wrongSpans}.`,
  ]
}

function describeUnassigned({ unassigned }: DemoResult, paint: Paint): string[] {
  const groups = unassigned.threadId
  const sum = (key: 'spans' | 'endedBeforeId' | 'openAtId' | 'besideId') =>
    groups.reduce((all, group) => all + group[key], 0)
  const reasons = [
    [sum('endedBeforeId'), 'ended before LangChain wrote the ID'],
    [sum('openAtId'), 'were open when LangChain wrote the ID'],
    [sum('besideId'), "started after LangChain wrote the ID, but as siblings of LangChain's spans"],
  ] as const
  return [
    paint.bold(`The ${sum('spans')} spans without a session in the run "${label('threadId')}"`),
    ...groups.map(({ name, scope, spans }) => `  ${count(spans)}  ${name} (${scope})`),
    paint.dim('Why:'),
    ...reasons.filter(([spans]) => spans > 0).map(([spans, why]) => `  ${count(spans)}  ${why}`),
  ]
}

function describeDrops({ counters, badIds }: DemoResult, paint: Paint): string[] {
  const lines = counters.flatMap(({ run, dropped, rejected }) => [
    ...Object.entries(dropped).map(([reason, times]) => {
      const what = badIds.find((bad) => bad.run === run && bad.reason === reason)?.what
      return `  ${label(run)}: the exporter dropped ${times} × session.id, ${reason}${what ? `: ${what}` : ''}`
    }),
    ...Object.entries(rejected).map(
      ([reason, times]) =>
        `  ${label(run)}: ${rejectedBy(reason)} rejected ${times}, ${reason.split(':')[1]}`,
    ),
  ])
  const arrived = badIds.filter(({ arrivedOn }) => countOf(arrivedOn) > 0)
  return [
    paint.bold("The guest's invalid session IDs"),
    paint.dim('Where they were rejected, or dropped before export, and why:'),
    ...lines,
    paint.dim('Where they reached the collector as session.id:'),
    ...(arrived.length === 0 ? ['  nowhere'] : []),
    ...arrived.flatMap(({ run, what, arrivedOn }) => [
      `  ${label(run)}: ${what}, on ${plural(countOf(arrivedOn), 'span')}:`,
      `    ${Object.keys(arrivedOn).join(', ')}`,
    ]),
  ]
}

function describeWarnings(warnings: DemoResult['warnings'], paint: Paint): string[] {
  const lines = MODES.filter(({ mode }) => warnings[mode].length > 0).flatMap(({ mode }) => [
    paint.dim(`${label(mode)}:`),
    ...warnings[mode].map((warning) => `  ${warning}`),
  ])
  return lines.length === 0 ? [] : ['', paint.bold('Warnings in the log'), ...lines]
}

/** Which part rejected an ID, by its code in `processor.stats().process.problems`. */
const rejectedBy = (code: string) =>
  code.startsWith('attribute:') ? 'the processor at startSpan' : 'usingSession'

const plural = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`
const count = (value: number): string => String(value).padStart(3)
const cells = ({ traces, spans, modelRequests, llmSpans, withoutSession }: Totals) => [
  traces,
  spans,
  modelRequests,
  llmSpans,
  withoutSession,
]
const totalOf = (rows: DemoResult['rows'], mode: Mode) => total(rows.filter(({ run }) => run === mode))
