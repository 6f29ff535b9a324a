// Runs a program in a world, step by step, with any order of starts and ends.

import type { AttributeValue, Other, SessionArgument, World } from './world.ts'

/** An index from the end: 0 is the newest. Any number is valid, so shrinking always makes valid programs. */
export type Back = number

export type Operation =
  | {
      readonly do: 'start'
      readonly context: Back
      readonly attributes: Record<string, AttributeValue>
      readonly root: boolean
      readonly langchain: boolean
    }
  | { readonly do: 'activate'; readonly context: Back; readonly span: Back }
  | {
      readonly do: 'enter'
      readonly how: 'contextWithSession' | 'usingSession' | 'contextWithoutSession'
      readonly context: Back
      readonly session: SessionArgument
    }
  | { readonly do: 'other'; readonly context: Back; readonly other: Other; readonly session: AttributeValue }
  | { readonly do: 'write'; readonly span: Back; readonly key: string; readonly value: AttributeValue }
  | { readonly do: 'set'; readonly span: Back; readonly session: SessionArgument }
  | { readonly do: 'end'; readonly span: Back }

/** What happens to spans that are open after the last operation. */
export type Ending = 'leave' | 'children first' | 'parents first'

/** What is run: operations, and what happens afterwards to what is open. */
export interface Playable {
  readonly operations: readonly Operation[]
  readonly ending: Ending
}

/** One step with readable names: `s0` is the first span, `c0` the root context. */
interface Step {
  readonly line: string
  readonly play: <C, S>(world: World<C, S>, made: Made<C, S>) => void
}

interface Made<C, S> {
  readonly contexts: C[]
  readonly spans: S[]
}

export function play<C, S>(program: Playable, world: World<C, S>): void {
  const made: Made<C, S> = { contexts: [world.rootContext], spans: [] }
  for (const step of stepsOf(program)) step.play(world, made)
}

export function linesOf(program: Playable): string[] {
  return stepsOf(program).map((step) => step.line)
}

function stepsOf(program: Playable): Step[] {
  const steps: Step[] = []
  let contexts = 1
  let spans = 0
  const pick = (count: number, back: Back): number => count - 1 - (back % count)

  for (const operation of program.operations) {
    switch (operation.do) {
      case 'start': {
        const at = pick(contexts, operation.context)
        const options = {
          attributes: operation.attributes,
          ...(operation.root && { root: true }),
          ...(operation.langchain && { langchain: true }),
        }
        const name = `s${spans}`
        steps.push({
          line: `${name} = startSpan(${show(options)}, c${at});  c${contexts} = c${at} + ${name}`,
          play: (world, made) => {
            const span = world.startSpan(name, item(made.contexts, at), options)
            made.spans.push(span)
            made.contexts.push(world.withSpan(item(made.contexts, at), span))
          },
        })
        spans += 1
        contexts += 1
        break
      }
      case 'activate': {
        if (spans === 0) break
        const at = pick(contexts, operation.context)
        const of = pick(spans, operation.span)
        steps.push({
          line: `c${contexts} = c${at} + s${of}`,
          play: (world, made) =>
            made.contexts.push(world.withSpan(item(made.contexts, at), item(made.spans, of))),
        })
        contexts += 1
        break
      }
      case 'enter': {
        const at = pick(contexts, operation.context)
        const { how, session } = operation
        steps.push({
          line: `c${contexts} = ${how}(c${at}${how === 'contextWithoutSession' ? '' : `, ${show(session)}`})`,
          play: (world, made) => made.contexts.push(enter(world, how, item(made.contexts, at), session)),
        })
        contexts += 1
        break
      }
      case 'other': {
        const at = pick(contexts, operation.context)
        const { other, session } = operation
        steps.push({
          line: `c${contexts} = c${at} + ${other}: ${show(session)}`,
          play: (world, made) => made.contexts.push(world.withOther(item(made.contexts, at), other, session)),
        })
        contexts += 1
        break
      }
      case 'write': {
        if (spans === 0) break
        const of = pick(spans, operation.span)
        const { key, value } = operation
        steps.push({
          line: `s${of}.setAttribute('${key}', ${show(value)})`,
          play: (world, made) => world.setAttribute(item(made.spans, of), key, value),
        })
        break
      }
      case 'set': {
        if (spans === 0) break
        const of = pick(spans, operation.span)
        steps.push({
          line: `setSpanSession(s${of}, ${show(operation.session)})`,
          play: (world, made) => world.setSpanSession(item(made.spans, of), operation.session),
        })
        break
      }
      case 'end': {
        if (spans > 0) steps.push(endStep(pick(spans, operation.span)))
        break
      }
    }
  }
  return [...steps, ...endingOf(program, spans, steps)]
}

function endingOf(program: Playable, spans: number, before: readonly Step[]): Step[] {
  if (program.ending === 'leave') return []
  const ended = new Set(before.map((step) => step.line))
  const open = Array.from({ length: spans }, (_, of) => endStep(of)).filter((step) => !ended.has(step.line))
  return program.ending === 'parents first' ? open : open.reverse()
}

function endStep(of: number): Step {
  return { line: `s${of}.end()`, play: (world, made) => world.end(item(made.spans, of)) }
}

function enter<C, S>(
  world: World<C, S>,
  how: 'contextWithSession' | 'usingSession' | 'contextWithoutSession',
  context: C,
  session: SessionArgument,
): C {
  return how === 'contextWithoutSession' ? world.contextWithoutSession(context) : world[how](context, session)
}

function item<T>(list: readonly T[], index: number): T {
  return list[index] as T
}

function show(value: AttributeValue | SessionArgument | object): string {
  if (value === undefined) return 'undefined'
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => `${showKey(key)}: ${show(inner)}`)
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
  }
  if (typeof value !== 'string') return String(value)
  return value.length > 100 ? `'${value[0]}' × ${value.length}` : `'${value.replaceAll('\n', '\\n')}'`
}

function showKey(key: string): string {
  return /^\w+$/.test(key) ? key : `'${key}'`
}
