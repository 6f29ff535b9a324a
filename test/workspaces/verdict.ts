/** What a row gave, beside what it declares. */
export interface Verdict {
  /** The cells of its line, behind its name. */
  readonly cells: readonly string[]
  /** What is not as declared, a text each; none if the row is as declared. */
  readonly faults: readonly string[]
  /** Printed below the table in any case. */
  readonly remarks?: readonly string[]
  /** What its processes printed; printed below its faults. */
  readonly output?: string
}

/** Something that is compared: what it is called, what it is, and what it should be. */
export type Check = readonly [what: string, is: string, should: string]

/** The verdict on a row with a cell for each check. Every difference is a fault, also one for the better. */
export function judgeChecks(checks: readonly Check[], output = ''): Verdict {
  const different = checks.filter(([, is, should]) => is !== should)
  return {
    cells: checks.map(([, is]) => is),
    faults: different.map(([what, is, should]) => `${what}: ${is || 'none'}, declared ${should || 'none'}`),
    output,
  }
}

/** Spans by name. */
export type Counts = Readonly<Record<string, number>>

/** Such as `early 2, work 2`. */
export function show(counts: Counts): string {
  const names = Object.keys(counts).sort()
  return names.map((name) => `${name} ${counts[name]}`).join(', ')
}
