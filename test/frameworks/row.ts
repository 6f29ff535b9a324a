/** One line of the table: a framework and its own way of naming the session. */
export interface Row {
  /** Shown in the table; pass it to `test:frameworks` to run only this row. */
  readonly name: string
  /** The folder in test/frameworks, which is its own workspace. */
  readonly folder: string
  /** The program's file in the folder, without `.ts`. */
  readonly program: string
  /** How the application passes the session to the framework; `none` for frameworks that have no way. */
  readonly way: string
  /** Registers the program's processors before ours; by default, after. */
  readonly theirsFirst?: boolean
  /** Why spans in a scope do not all have the scope's session. Without it, all must have it. */
  readonly beyondScope?: string
  /** Why the number of spans differs from run to run. If set, numbers are not compared. */
  readonly unstable?: string
  /** What an application should do, if the numbers do not say it. */
  readonly advice?: string
  readonly remark?: string
}
