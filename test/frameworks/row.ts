/** One line of the table: a framework and its own way of naming the session. */
export interface Row {
  /** Shown, and what `test:frameworks` is given to run this row alone. */
  readonly name: string
  /** Under test/frameworks: a workspace of its own. */
  readonly folder: string
  /** The program's file in the folder, without `.ts`. */
  readonly program: string
  /** How the application tells the framework its session; `none` for frameworks that have no way. */
  readonly way: string
  /** The program's processors go before ours; without it, behind. */
  readonly theirsFirst?: boolean
  /** Why spans in a scope do not all have the scope's session. Without it, all must have it. */
  readonly beyondScope?: string
  /** Why the number of spans differs from run to run. With it, no number is compared. */
  readonly unstable?: string
  /** What an application is to do, where it is not what the numbers say. */
  readonly advice?: string
  readonly remark?: string
}
