import { CONVERSATIONS, type Mode } from '../scenario.ts'
import { type Evidence, hasNoSession, isLlmSpan, sessionOf, spansOf } from './evidence.ts'

export interface Row {
  run: Mode
  session: string
  traces: number
  spans: number
  /** Requests that the model server received. */
  modelRequests: number
  llmSpans: number
  /** Spans without a session. */
  withoutSession: number
  /** Spans that carry another session than the conversation's. */
  wrongSpans: number
}

export function countRows(evidence: Evidence): Row[] {
  return CONVERSATIONS.map(({ session, order }) => {
    const spans = spansOf(evidence, session)
    return {
      run: evidence.mode,
      session,
      traces: new Set(spans.map((span) => span.traceId)).size,
      spans: spans.length,
      modelRequests: evidence.modelRequests.filter((request) => request.order === order).length,
      llmSpans: spans.filter(isLlmSpan).length,
      withoutSession: spans.filter(hasNoSession).length,
      wrongSpans: spans.filter((span) => !hasNoSession(span) && sessionOf(span) !== session).length,
    }
  })
}

export type Totals = Omit<Row, 'run' | 'session'>

export function total(rows: readonly Row[]): Totals {
  const sum = (key: keyof Totals) => rows.reduce((all, row) => all + row[key], 0)
  return {
    traces: sum('traces'),
    spans: sum('spans'),
    modelRequests: sum('modelRequests'),
    llmSpans: sum('llmSpans'),
    withoutSession: sum('withoutSession'),
    wrongSpans: sum('wrongSpans'),
  }
}
