import type { Fence } from './fences.ts'

/** A block with the flag `no-check`: it cannot be compiled, for a reason. */
interface Unchecked {
  readonly page: string
  /** Text that only this block of the page contains. */
  readonly contains: string
  readonly reason: string
}

/** Every block with the flag `no-check`. */
const UNCHECKED: readonly Unchecked[] = [
  {
    page: 'docs/migration/own-processor.md',
    contains: "from './session.ts'",
    reason: 'it imports the file above it, which test/entry, test/frameworks and test/peers compile and run',
  },
  {
    page: 'docs/frameworks/ai-sdk.md',
    contains: 'experimental_telemetry',
    reason: 'versions 6 and 5, beside which 7 is installed; test/frameworks runs the same call',
  },
  ...['openTelemetrySpanProcessors', 'new SentrySampler', "client?.on('spanStart'"].map((contains) => ({
    page: 'docs/frameworks/sentry.md',
    contains,
    reason: 'Sentry 10 and 11 exclude each other; test/vendors runs the same calls',
  })),
  ...['// app/chat/[id]/route.ts', "from '@vercel/otel'"].map((contains) => ({
    page: 'docs/frameworks/next.md',
    contains,
    reason:
      'it is of several files, beside a Next.js that is too large to install; test/web builds and starts the same',
  })),
  {
    page: 'docs/frameworks/lambda.md',
    contains: 'awslambda.streamifyResponse',
    reason: 'the runtime of Lambda has the global, without types; the tests of the package stand in for it',
  },
  {
    page: 'docs/contributing/source-documents.md',
    contains: "theirs: 'Errors'",
    reason: 'it quotes a row of test/documents, where it is type-checked and run',
  },
]

/** What is wrong between the flags on the pages and the list, a sentence each. */
export function uncheckedProblems(fences: readonly Fence[]): string[] {
  const matches = ({ page, contains }: Unchecked, fence: Fence) =>
    fence.page === page && fence.code.includes(contains)
  const pages = new Set(fences.map(({ page }) => page))
  const flagged = fences.filter(({ flags }) => flags.includes('no-check'))
  return [
    ...flagged
      .filter((fence) => !UNCHECKED.some((entry) => matches(entry, fence)))
      .map(({ page, line }) => `${page}:${line}: no-check without a reason in test/docs-code/unchecked.ts`),
    ...UNCHECKED.filter(({ page }) => pages.has(page))
      .filter((entry) => !flagged.some((fence) => matches(entry, fence)))
      .map(({ page, contains }) => `${page} has no block with no-check that contains ${contains}`),
  ]
}
