/** How many users, tags or environments a session keeps. */
export const MOST_VALUES = 32

/**
 * A set of strings of which the smallest are kept, in order, and whether there were more. The smallest and not the
 * first, because then it does not matter in which order they came, nor in which process.
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

/** The set with one more string; the same object where nothing changes. */
export function withValue(values: Values, value: string): Values {
  const { kept, more } = values
  if (kept.includes(value)) return values
  const isFull = kept.length >= MOST_VALUES
  if (isFull && value > (kept.at(-1) as string)) return more ? values : { kept, more: true }
  const at = kept.findIndex((one) => one > value)
  const all = at < 0 ? [...kept, value] : kept.toSpliced(at, 0, value)
  return isFull ? { kept: all.slice(0, MOST_VALUES), more: true } : { kept: all, more }
}

/** The set with all of another one. */
export function united(values: Values, other: Values): Values {
  const all = other.kept.reduce(withValue, values)
  return other.more && !all.more ? { kept: all.kept, more: true } : all
}

const MOST_SHARED = 1024

/**
 * Labels that are equal become one object, so that a million sessions with the same tags have them once. It only
 * shares: what it forgets is kept apart, not lost.
 */
export class SharedLabels {
  #young = new Map<string, Labels>()
  #old = new Map<string, Labels>()

  #lone: { readonly environment: string; readonly labels: Labels } | undefined

  /** The labels of a session that has one environment and nothing else, as nearly all have at first. */
  ofEnvironment(environment: string): Labels {
    if (this.#lone?.environment !== environment) {
      const labels = this.share({ tags: NO_VALUES, environments: { kept: [environment], more: false } })
      this.#lone = { environment, labels }
    }
    return this.#lone.labels
  }

  share(labels: Labels): Labels {
    const key = JSON.stringify(labels)
    const known = this.#young.get(key)
    if (known !== undefined) return known
    if (this.#young.size >= MOST_SHARED) {
      this.#old = this.#young
      this.#young = new Map()
    }
    const shared = this.#old.get(key) ?? labels
    this.#young.set(key, shared)
    return shared
  }
}
