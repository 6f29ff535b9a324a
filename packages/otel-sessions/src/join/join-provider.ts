import { activeProcessorOf, type ProviderParts, stamps } from '../register-sessions/provider-parts.ts'
import type { SpanProcessorLike } from '../session-processors/types.ts'

/** Puts sessions in front of processors: the first that it returns stamps, and the others replace those given. */
export type Decorate = (processors: readonly SpanProcessorLike[]) => readonly SpanProcessorLike[]

/** What is read and written of a provider of the SDK. In 1.x there is more. */
interface SdkProvider extends ProviderParts {
  readonly _registeredSpanProcessors?: SpanProcessorLike[]
  addSpanProcessor?(processor: SpanProcessorLike): void
}

/**
 * What became of joining a provider: `joined`; `has-processor`, it stamps by itself; `unreachable`, its processors are
 * not to be found.
 */
export type Joined = 'joined' | 'has-processor' | 'unreachable'

/**
 * Puts sessions in front of the span processors of a provider that somebody else has made: of SDK 1.30, 2 or 3, also in a
 * bundle. The tracers that it has made already use them, too.
 *
 * @throws whatever `decorate` throws; then the provider is as it was
 */
export function joinProvider(provider: SdkProvider, decorate: Decorate): Joined {
  const active = activeProcessorOf(provider)
  const list = active?._spanProcessors
  if (Array.isArray(list)) {
    if (list.some(stamps)) return 'has-processor'
    const decorated = decorate(list)
    // In place: the provider, its tracers and its composite processor have the same array.
    list.splice(0, list.length, ...decorated)
    decorateLater(provider, decorate)
    return 'joined'
  }
  const added = provider._registeredSpanProcessors
  if (active?.onStart === undefined || !Array.isArray(added)) return 'unreachable'
  joinWithoutList(provider, active as SpanProcessorLike, added, decorate)
  return 'joined'
}

/** Decorates the processors that SDK 1.x takes after the construction, also after the registration. */
function decorateLater(provider: SdkProvider, decorate: Decorate): void {
  const add = provider.addSpanProcessor
  if (typeof add !== 'function') return
  provider.addSpanProcessor = function (processor) {
    add.call(this, stamps(processor) ? processor : decorateOne(processor, decorate))
  }
}

/** SDK 1.x without processors in its constructor has one from the environment, or none, and no list. */
function joinWithoutList(
  provider: SdkProvider,
  active: SpanProcessorLike,
  added: SpanProcessorLike[],
  decorate: Decorate,
): void {
  const decorated = decorate([active])
  provider.activeSpanProcessor = new CompositeProcessor(decorated)
  decorateLater(provider, decorate)
  const add = provider.addSpanProcessor
  provider.addSpanProcessor = function (processor) {
    if (added.length === 0) {
      // As the SDK does: one that is added replaces that of the environment. Ours stays, so the SDK must not shut it down.
      shutDown(active)
      added.push(decorated[0] as SpanProcessorLike)
    }
    add?.call(this, processor)
  }
}

async function shutDown(processor: SpanProcessorLike): Promise<void> {
  try {
    await processor.shutdown()
  } catch {
    // What fails is of a processor that makes way. It may fail at once.
  }
}

function decorateOne(processor: SpanProcessorLike, decorate: Decorate): SpanProcessorLike {
  try {
    return decorate([processor])[1] ?? processor
  } catch {
    return processor
  }
}

/** Calls several processors in order. */
class CompositeProcessor implements SpanProcessorLike {
  readonly _spanProcessors: SpanProcessorLike[]

  constructor(processors: readonly SpanProcessorLike[]) {
    this._spanProcessors = [...processors]
  }

  onStart(span: never, parentContext: never): void {
    for (const each of this._spanProcessors) each.onStart(span, parentContext)
  }

  onEnd(span: never): void {
    for (const each of this._spanProcessors) each.onEnd(span)
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this._spanProcessors.map((each) => each.forceFlush()))
  }

  async shutdown(): Promise<void> {
    await Promise.all(this._spanProcessors.map((each) => each.shutdown()))
  }
}
