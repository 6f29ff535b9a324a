import type { World } from './world.ts'

/** A method or property that one of the documents names, our equivalent, and a program that shows it. */
export interface Row {
  /** As the document writes it; Markdown. */
  readonly theirs: string
  /** Markdown. */
  readonly ours: string
  /** Throws if the equivalent does not do it. `not ours` where there is no equivalent. */
  readonly shows: ((world: World) => void | Promise<void>) | 'not ours'
}

/** A vendor's documentation of sessions. */
export interface Document {
  readonly title: string
  readonly rows: readonly Row[]
}
