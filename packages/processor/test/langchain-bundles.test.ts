// Which bundles contain what LangChain needs.
import { build, type Platform } from 'esbuild'
import { expect, test } from 'vitest'

async function bundle(platform: Platform, contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    format: 'esm',
    platform,
    external: ['@opentelemetry/api'],
  })
  return outputFiles.map(({ text }) => text).join('')
}

const PROCESSOR = "export { SessionSpanProcessor } from '@otel-sessions/processor'"
const KEEP = "export { keepSessionInLangChain } from '@otel-sessions/processor/langchain'"

test.each([
  ['node', PROCESSOR, true],
  ['browser', PROCESSOR, false],
  ['neutral', PROCESSOR, false],
  ['browser', `${PROCESSOR}\n${KEEP}`, true],
] as const)(
  "a bundle for %s with %s contains what LangChain's queue needs: %s",
  async (platform, code, is) => {
    expect((await bundle(platform, code)).includes('p-queue')).toBe(is)
  },
)
