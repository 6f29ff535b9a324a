/**
 * One process: `node program.ts JSON`, with the `Settings`. It prints an `Outcome` as JSON.
 *
 * Every owner has a session and a user. A span is right if it has both of the owner whose name is in its input.
 */
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { processStats, SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { keepSessionInLangChain } from '@otel-sessions/processor/langchain'
import { SCENARIOS } from './scenarios.ts'
import type { Modules, Settings } from './settings.ts'

export interface Outcome {
  readonly right: number
  readonly missing: number
  readonly wrong: number
  readonly meanMillis: number
  readonly problems: Readonly<Record<string, number>>
}

const settings: Settings = JSON.parse(process.argv[2] ?? '')
// The queue of a bundle is out of reach; so it is where this is missing.
if (settings.cure !== 'automatic') process.getBuiltinModule = undefined as never
const modules: Modules = await import(`./core-${settings.core}/modules.ts`)
const { context, trace } = modules

const exporter = new modules.InMemorySpanExporter()
const processor = new SessionSpanProcessor()
const provider = new modules.BasicTracerProvider({
  spanProcessors: [processor, new modules.SimpleSpanProcessor(new SessionSpanExporter(exporter))],
})
context.setGlobalContextManager(new modules.AsyncLocalStorageContextManager().enable())
trace.setGlobalTracerProvider(provider)
if (settings.instrumentation === 'openinference') {
  new modules.OpenInference({ tracerProvider: provider }).manuallyInstrument(modules.callbacks)
} else {
  new modules.Traceloop().manuallyInstrument({ callbackManagerModule: modules.callbacks })
}
if (settings.cure === 'handlers') keepSessionInLangChain(modules.callbacks)

function request(number: number): () => Promise<void> {
  const owner = `owner_${number}_of_a_conversation`
  const thread = settings.thread === 'session' ? sessionOf(owner) : `thread-${number}`
  const config = {
    ...(settings.thread && { metadata: { thread_id: thread } }),
    ...(settings.slow && { callbacks: [{ name: 'slow', handleChainStart: wait, handleChainEnd: wait }] }),
  }
  return async () => {
    const start = performance.now()
    const run = () => answer({ owner, config })
    await (isOutside(owner)
      ? run()
      : usingSession({ sessionId: sessionOf(owner), userId: userOf(owner) }, run))
    millis.push(performance.now() - start)
  }
}

const wait = () => new Promise((resolve) => setTimeout(resolve, 20))
const sessionOf = (owner: string) => `conv-${Buffer.from(owner).toString('base64url')}`
const userOf = (owner: string) => `user-${Buffer.from(owner).toString('base64url')}`
const isOutside = (owner: string) => settings.outside === true && Number(owner.split('_')[1]) % 2 === 1

const answer = SCENARIOS[settings.scenario](modules)
const millis: number[] = []
const requests = Array.from({ length: settings.requests }, (_, number) => request(number))
if (settings.sequential) for (const one of requests) await one()
else await Promise.all(requests.map((one) => one()))
await modules.awaitAllCallbacks()
console.log(JSON.stringify(outcome()))

function outcome(): Outcome {
  const counts = { right: 0, missing: 0, wrong: 0 }
  for (const { name, attributes } of exporter.getFinishedSpans()) {
    const owner = /owner_\d+_of_a_conversation/.exec(name + JSON.stringify(attributes))?.[0]
    if (owner === undefined) throw new Error(`nobody owns ${name} ${JSON.stringify(attributes)}`)
    counts[verdict(owner, attributes)]++
  }
  const meanMillis = millis.reduce((sum, one) => sum + one, 0) / millis.length
  return { ...counts, meanMillis, problems: processStats().problems as Record<string, number> }
}

function verdict(owner: string, attributes: Record<string, unknown>): 'right' | 'missing' | 'wrong' {
  const session = isOutside(owner) ? undefined : sessionOf(owner)
  const user = isOutside(owner) ? undefined : userOf(owner)
  const is = { session: attributes['session.id'], user: attributes['user.id'] }
  if (is.session === session && is.user === user) return 'right'
  const isForeign =
    (is.session !== undefined && is.session !== session) || (is.user !== undefined && is.user !== user)
  return isForeign ? 'wrong' : 'missing'
}
