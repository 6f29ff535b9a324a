// Requests that run LangChain at the same time, each in its own session. LangChain's queue starts a callback in the
// context of the one before it. Right: no span has another user's session, and each its own.
import { fileURLToPath } from 'node:url'
import { trace } from '@opentelemetry/api'
import type { SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { usingSession } from '@otel-sessions/processor'
import { keepSessionInLangChain } from '@otel-sessions/processor/langchain'
import { build } from 'esbuild'
import { type Case, type Field, NOBODY, OWNER } from '../program.ts'
import type { Modules } from './modules.ts'
import { type Answer, batch, chain, langgraph, OWNER_IN_INPUT, retry, stream, waiting } from './scenarios.ts'

/** Who makes the spans: an instrumentation, or a callback handler that is passed to each run. */
type Maker = 'OpenInference' | 'Traceloop' | 'Langfuse' | 'own handler'

interface Run {
  /** The requests; each waits for the one before if `sequential`. Of `outside`, every other is in no session. */
  readonly requests: number
  readonly sequential?: boolean
  readonly outside?: boolean
  /** What is passed as `metadata.thread_id`. */
  readonly thread?: 'session' | 'other'
  /** A handler of the user's own takes 20 ms. */
  readonly slow?: boolean
  /** LangChain is bundled, so that its queue is out of reach. */
  readonly bundled?: boolean
  /** `keepSessionInLangChain(callbacks)` is called, with the module of `AsyncCaller` too if it is 'with caller'. */
  readonly line?: boolean | 'with caller'
}

const NOT_FOUND = { 'langchain:background-callbacks': /keepSessionInLangChain\(callbacks\)/ }
const BY_NAME = { ...NOT_FOUND, 'langchain:reassigned': /LangChain names/ }

/**
 * The cases of one version.
 *
 * @param ofQuick whose cases run with `--quick`: each maker has one version, so that all makers and scenarios are there
 * @param ofGraph how many spans its LangGraph makes of a run of the graph
 */
export function langchainCases(
  folder: string,
  modules: Modules,
  ofQuick: readonly Maker[],
  ofGraph = 6,
): readonly Case[] {
  const one = (
    ...[name, by, ...rest]: Parameters<typeof caseOf> extends [unknown, unknown, ...infer R] ? R : never
  ): Case => ({
    ...caseOf(folder, () => modules, name, by, ...rest),
    isSlow: !ofQuick.includes(by),
  })
  return (['OpenInference', 'Traceloop'] as const)
    .flatMap((by) => [
      one('2 requests', by, chain, { requests: 2 }, 8),
      one('20 requests', by, chain, { requests: 20 }, 80),
      one('20 requests, slow handler', by, chain, { requests: 20, slow: true }, 80),
      one('20 requests, thread_id', by, chain, { requests: 20, thread: 'session' }, 80),
      one('20 requests, other thread_id', by, chain, { requests: 20, thread: 'other' }, 80),
      one('one after another', by, chain, { requests: 5, sequential: true }, 20),
      one('outside after inside', by, chain, { requests: 6, sequential: true, outside: true }, 24),
      one('every other outside', by, chain, { requests: 20, outside: true, slow: true }, 80),
      one('stream', by, stream, { requests: 10 }, 40),
      one('batch', by, batch, { requests: 10 }, 80),
      one('retry', by, retry, { requests: 10 }, 30),
      one('LangGraph, a model and a tool', by, langgraph, { requests: 10 }, 10 * ofGraph),
      one(
        'in a bundle, with the line',
        by,
        chain,
        { requests: 20, bundled: true, line: true, slow: true },
        80,
      ),
      ...(by === 'OpenInference'
        ? [
            one(
              'in a bundle, by thread_id',
              by,
              chain,
              { requests: 20, bundled: true, thread: 'session' },
              80,
              BY_NAME,
            ),
            one(
              'in a bundle, by thread_id, slow handler',
              by,
              chain,
              { requests: 20, bundled: true, thread: 'session', slow: true },
              80,
              BY_NAME,
            ),
          ]
        : []),
    ])
    .concat(
      handlerCases.flatMap(([by, spans]) => [
        one('20 requests', by, chain, { requests: 20, slow: true }, 20 * spans),
        one(
          'in a bundle, with the line',
          by,
          chain,
          { requests: 20, bundled: true, line: true, slow: true },
          20 * spans,
        ),
      ]),
      one(
        'requests that wait, in a bundle',
        'own handler',
        waiting,
        { requests: 5, bundled: true, line: 'with caller' },
        5,
      ),
    )
}

/** A LangChain that is loaded after the processor was constructed, and that the main script does not resolve. */
export function laterCases(folder: string, load: () => Promise<Modules>): readonly Case[] {
  return handlerCases.map(([by, spans]) =>
    caseOf(folder, load, 'loaded later', by, chain, { requests: 20 }, 20 * spans),
  )
}

/** How many spans a chain has with each. */
const handlerCases: readonly [Maker, number][] = [
  ['Langfuse', 4],
  ['own handler', 8],
]

function caseOf(
  folder: string,
  load: () => Modules | Promise<Modules>,
  name: string,
  by: Maker,
  answer: (modules: Modules) => Answer,
  run: Run,
  right: number,
  problems: Case['expected']['problems'] = {},
): Case {
  return {
    name: `${name}, ${by}`,
    library: '@langchain/core',
    folder: `langchain/${folder}`,
    expected: { right, problems },
    spanProcessors: (ours) => [...ours.slice(0, 1), new NoteOwners(), ...ours.slice(1)],
    run: (field) => runCase(field, run.bundled ? bundle(folder) : load(), by, answer, run),
  }
}

async function runCase(
  field: Field,
  from: Modules | Promise<Modules>,
  by: Maker,
  answerWith: (modules: Modules) => Answer,
  run: Run,
): Promise<void> {
  const modules = await from
  if (by === 'OpenInference') new modules.OpenInference().manuallyInstrument(modules.callbacks)
  else if (by === 'Traceloop') {
    new modules.Traceloop().manuallyInstrument({ callbackManagerModule: modules.callbacks })
  }
  if (run.line === 'with caller') keepSessionInLangChain(modules.callbacks, modules.caller)
  else if (run.line) keepSessionInLangChain(modules.callbacks)
  const answer = answerWith(modules)
  const requests = Array.from({ length: run.requests }, (_, number) => () => {
    const owner = `owner_${number}`
    const session = field.session(owner)
    const config = {
      ...(run.thread && {
        metadata: { thread_id: run.thread === 'session' ? session.sessionId : `thread-${number}` },
      }),
      tags: [`<${owner}>`],
      callbacks: [
        ...(run.slow ? [{ name: 'slow', handleChainStart: wait, handleChainEnd: wait }] : []),
        ...(by === 'Langfuse' ? [new modules.LangfuseHandler({})] : []),
        ...(by === 'own handler' ? [new OwnHandler()] : []),
      ],
    }
    if (!run.outside || number % 2 === 0) return usingSession(session, () => answer(owner, config))
    nobodys.add(owner)
    return answer(owner, config)
  })
  if (run.sequential) for (const request of requests) await request()
  else await Promise.all(requests.map((request) => request()))
  await modules.awaitAllCallbacks()
}

const wait = () => new Promise((resolve) => setTimeout(resolve, 20))

/** A handler as an application writes it: a span for each start and each end of a run. */
class OwnHandler {
  readonly name = 'own'
  readonly #tracer = trace.getTracer('own')
  #note(tags: unknown) {
    this.#tracer.startSpan('callback', { attributes: { tags: String(tags) } }).end()
  }
  async handleChainStart(...[, , , , tags]: unknown[]) {
    this.#note(tags)
  }
  async handleChainEnd(...[, , , tags]: unknown[]) {
    this.#note(tags)
  }
  async handleChatModelStart(...[, , , , , tags]: unknown[]) {
    this.#note(tags)
  }
  async handleLLMEnd(...[, , , tags]: unknown[]) {
    this.#note(tags)
  }
}

/** Owners whose requests are in no session. */
const nobodys = new Set<string>()

class NoteOwners implements SpanProcessor {
  onStart() {}
  onEnding(span: Parameters<NonNullable<SpanProcessor['onEnding']>>[0]) {
    const owner = OWNER_IN_INPUT.exec(JSON.stringify(span.attributes))?.[1] ?? 'unknown'
    span.setAttribute(OWNER, nobodys.has(owner) ? NOBODY : owner)
  }
  onEnd() {}
  async forceFlush() {}
  async shutdown() {}
}

/** The modules of a folder as one file, with a queue of its own. Only OpenTelemetry's API stays outside. */
async function bundle(folder: string): Promise<Modules> {
  const path = (file: string) => fileURLToPath(new URL(file, import.meta.url))
  const outfile = path(`node_modules/.bundles/${folder}-${process.pid}.mjs`)
  await build({
    entryPoints: [path(`${folder}/modules.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['@opentelemetry/api'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
    },
    logLevel: 'error',
  })
  return import(outfile)
}
