import type { Verdict } from './verdict.ts'

/** A row that is wrong, and why that is accepted. */
export interface KnownError {
  readonly families: RegExp
  readonly cases: RegExp
  readonly verdict: Extract<Verdict, 'LOW' | 'HIGH'>
  readonly why: string
}

const FIRST_COUNT = 'LangChain adds the first count of a stream to the last, which includes it: 1 to 8 tokens'

/** All of them. A row that is not here must be right or unknown, and a row that is must be wrong. */
export const KNOWN: readonly KnownError[] = [
  {
    families:
      /^(anthropic-traceloop|strands-(anthropic|bedrock)|ai-sdk-7-(anthropic|openrouter)|mastra-(bridge|exporter)-anthropic)$/,
    cases: /^cache-hour$/,
    verdict: 'LOW',
    why: 'no attribute has the lifetime of a cache write, and five minutes is the default',
  },
  {
    families: /^lang(chain|graph)-anthropic-openinference$/,
    cases: /^streamed$/,
    verdict: 'HIGH',
    why: FIRST_COUNT,
  },
  {
    families: /^langchain-anthropic-streaming-openinference$/,
    cases: /./,
    verdict: 'HIGH',
    why: FIRST_COUNT,
  },
  {
    families: /^langchain-(and-openai|anthropic-and-sdk)$/,
    cases: /^(aborted|error|streamed)$/,
    verdict: 'HIGH',
    why: 'a second instrumentation reports the call, and without usage or an ID nothing says that it is the same',
  },
]

/** The known error of a row, if it has one. */
export const knownError = (row: {
  readonly family: string
  readonly case: string
  readonly verdict: Verdict
}): KnownError | undefined =>
  KNOWN.find(
    (known) => known.families.test(row.family) && known.cases.test(row.case) && known.verdict === row.verdict,
  )
