import { GenerationalMap } from '@otel-sessions/semconv/internal'

/** The number of users, tags or environments that a session keeps. */
export const VALUES_MAX = 32

/**
 * A bounded set of strings: the smallest ones, sorted, and whether there were more. It keeps the smallest, not the first,
 * so that the result does not depend on the order of spans or on the process.
 */
export interface Values {
  readonly kept: readonly string[]
  readonly more: boolean
}

export const NO_VALUES: Values = { kept: [], more: false }

/** The tags and environments of a session, shared by the sessions that have the same. */
export interface Labels {
  readonly tags: Values
  readonly environments: Values
}

export const NO_LABELS: Labels = { tags: NO_VALUES, environments: NO_VALUES }

/** Returns the set with one more string; the same object if nothing changes. */
export function withValue(values: Values, value: string): Values {
  const { kept, more } = values
  if (kept.includes(value)) return values
  const isFull = kept.length >= VALUES_MAX
  if (isFull && value > (kept.at(-1) as string)) return more ? values : { kept, more: true }
  const at = kept.findIndex((one) => one > value)
  const all = at < 0 ? [...kept, value] : kept.toSpliced(at, 0, value)
  return isFull ? { kept: all.slice(0, VALUES_MAX), more: true } : { kept: all, more }
}

/** Returns the union of two sets. */
export function united(values: Values, other: Values): Values {
  const all = other.kept.reduce(withValue, values)
  return other.more && !all.more ? { kept: all.kept, more: true } : all
}

const SHARED_LABELS = 1024

/** Makes equal labels one object, so that a million sessions with the same tags share them. */
export class SharedLabels {
  readonly #shared = new GenerationalMap<Labels>(SHARED_LABELS)
  #last: { readonly environment: string; readonly labels: Labels } | undefined

  /** Returns the labels of a session that has one environment and no tags, which most sessions are. */
  ofEnvironment(environment: string): Labels {
    if (this.#last?.environment !== environment) {
      const labels = this.share({ tags: NO_VALUES, environments: { kept: [environment], more: false } })
      this.#last = { environment, labels }
    }
    return this.#last.labels
  }

  /** Returns the shared object that equals these labels. */
  share(labels: Labels): Labels {
    const key = JSON.stringify(labels)
    const shared = this.#shared.get(key) ?? labels
    this.#shared.set(key, shared)
    return shared
  }
}
