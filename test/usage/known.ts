/**
 * A row that is high, and why that is accepted: the spans themselves are wrong, and nothing on them shows it. A row that
 * is low is never accepted.
 */
export interface KnownError {
  readonly families: RegExp
  readonly cases: RegExp
  readonly why: string
}

/** All of them. A row that is not here must be right or unknown, and a row that is must be high. */
export const KNOWN: readonly KnownError[] = [
  {
    families: /^langchain-(and-openai|anthropic-and-sdk)$/,
    cases: /^(aborted|error|streamed)$/,
    why: 'a second instrumentation reports the call, and without usage or an ID nothing says that it is the same',
  },
]

/** The known error of a row, if it has one. */
export const knownError = (row: {
  readonly family: string
  readonly case: string
  readonly verdict: string
}): KnownError | undefined =>
  row.verdict === 'HIGH'
    ? KNOWN.find((known) => known.families.test(row.family) && known.cases.test(row.case))
    : undefined
