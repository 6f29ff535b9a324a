import type { World } from './world.ts'

/** A method or property that one of the documents names, what is ours for it, and a program that shows it. */
export interface Row {
  /** As the document writes it; Markdown. */
  readonly theirs: string
  /** Markdown. */
  readonly ours: string
  /** Throws where it does not hold. Rows that are said not to be ours have none. */
  readonly shows: ((world: World) => void | Promise<void>) | 'not ours'
}

/** One of the documents that describe what a session is. */
export interface Document {
  readonly title: string
  readonly rows: readonly Row[]
}
