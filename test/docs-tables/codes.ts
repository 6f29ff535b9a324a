import type { ProblemCode } from '@otel-sessions/processor'
import * as EXPORTER from './codes/exporter.ts'
import * as FRONT_DOOR from './codes/front-door.ts'
import * as IDS from './codes/ids.ts'
import { LOGS } from './codes/logs.ts'
import * as SCOPES from './codes/scopes.ts'
import * as SESSION_OBJECT from './codes/session-object.ts'
import type { Area, CodeText } from './codes/text.ts'

/** The problems of `@otel-sessions/processor`, in the order of the page. */
const PROBLEMS = [
  SCOPES.CONTEXT,
  SCOPES.PROCESSOR,
  IDS.SESSION_ID,
  SCOPES.SESSION,
  IDS.CONVERSATION_ID,
  IDS.USER_ID,
  IDS.PREVIOUS_SESSION_ID,
  SCOPES.METADATA,
  SCOPES.TAGS,
  IDS.ATTRIBUTE,
  IDS.ENVIRONMENT,
  IDS.ADVICE,
  SCOPES.SCOPE,
  SCOPES.LANGCHAIN,
  SCOPES.BIND,
  SCOPES.SET_SPAN_SESSION,
  SCOPES.SPAN,
  SESSION_OBJECT.SESSION_START,
  SESSION_OBJECT.SESSION_TIME,
  SESSION_OBJECT.SESSION_EVENT,
  SESSION_OBJECT.SESSION_METRIC,
  SESSION_OBJECT.SESSION_FEEDBACK,
  SESSION_OBJECT.SESSION_TRACE,
  SESSION_OBJECT.SESSION_END,
  SESSION_OBJECT.SESSION_SPAN,
  SESSION_OBJECT.SESSION_OPEN,
  SESSION_OBJECT.ATTACHMENT,
  SESSION_OBJECT.IDLE,
  SESSION_OBJECT.SIGNALS,
] as const

type Documented = CodesOf<(typeof PROBLEMS)[number]>
type CodesOf<A> = A extends Area<infer Code> ? Code : never

/** Does not compile if a code of the type is missing in the list, or the other way round. */
const isComplete: [ProblemCode] extends [Documented]
  ? [Documented] extends [ProblemCode]
    ? true
    : false
  : false = true

/** The problems of `otel-sessions`, most frequent first. */
const OF_FRONT_DOOR = [
  FRONT_DOOR.REQUEST,
  FRONT_DOOR.MCP,
  FRONT_DOOR.REGISTER,
  FRONT_DOOR.JOIN,
  FRONT_DOOR.VARIABLES,
  FRONT_DOOR.INSTRUMENTATION,
  FRONT_DOOR.PROCESSORS,
] as const

/** Does not compile if a code of the type is missing in the list. */
const isFrontDoorComplete: [FRONT_DOOR.Own] extends [CodesOf<(typeof OF_FRONT_DOOR)[number]>] ? true : false =
  true

/** Every code of the form `area:reason` that is counted in `processStats().problems`. */
export const PROBLEM_CODES: readonly string[] =
  isComplete && isFrontDoorComplete
    ? [...PROBLEMS, ...OF_FRONT_DOOR].flatMap(({ codes }) => Object.keys(codes))
    : []

const REASONS = [EXPORTER.NOT_EXPORTED, EXPORTER.BACKEND, EXPORTER.NOT_BACKFILLED, EXPORTER.DROPPED] as const

/** Every problem code, with a heading for its area and an anchor of its own. */
export function codesMarkdown(): string {
  return [
    ...[...OF_FRONT_DOOR, ...PROBLEMS].map((each) => areaMarkdown(each, (code) => code.replace(':', '-'))),
    '## What the exporter counts',
    'Each processor of `sessionProcessors` counts by reason, in its own `stats().session`. So do `PersistentBatchSpanProcessor` and `SessionSpanExporter`, the latter in `stats()` itself.',
    ...REASONS.map((each) => areaMarkdown(each, (code) => `${each.anchor}-${code}`)),
    '### What is logged without a code {#logged}',
    'Find a part of the message. Each is logged once in a process, and once for each endpoint.',
    Object.entries(LOGS)
      .map(([message, text]) => `- "…${message.trim()}…": ${sentences(text)}`)
      .join('\n'),
  ].join('\n\n')
}

const sentences = ({ what, fix }: CodeText) => `${what} **Fix:** ${fix}`

function areaMarkdown(
  { title, anchor, intro, codes, isList }: Area<string>,
  anchorOf: (code: string) => string,
): string {
  const entries = Object.entries<CodeText>(codes)
  const head = [`### ${title} {#${anchor}}`, intro]
  if (isList) {
    const items = entries.map(
      ([code, text]) => `- <a id="${anchorOf(code)}"></a>\`${code}\`: ${sentences(text)}`,
    )
    return [...head, items.join('\n')].join('\n\n')
  }
  const sections = entries.map(
    ([code, { what, fix }]) => `#### \`${code}\` {#${anchorOf(code)}}\n\n${what}\n\n**Fix:** ${fix}`,
  )
  return [...head, ...sections].join('\n\n')
}
