import type { Rows } from './totals/rows.ts'
import { NO_LABELS, NO_VALUES, type SharedLabels, type Values, withValue } from './totals/value-sets.ts'

/** The longest user ID, tag, environment or name that is kept; the same as for tags elsewhere. */
export const LONGEST_NAME = 200

/** The users of a session. */
export function usersOf(rows: Rows, row: number): Values {
  const known = rows.page(row).users[rows.at(row)]
  if (typeof known === 'string') return { kept: [known], more: false }
  return known ?? NO_VALUES
}

/** Notes a user. */
export function addUser(rows: Rows, row: number, user: string): void {
  const { users } = rows.page(row)
  const at = rows.at(row)
  const known = users[at]
  if (known === user) return
  if (known === undefined) users[at] = user
  else users[at] = withValue(usersOf(rows, row), user)
}

export const labelsOf = (rows: Rows, row: number) => rows.page(row).labels[rows.at(row)] ?? NO_LABELS

/** Notes tags and an environment. */
export function addLabels(
  rows: Rows,
  row: number,
  shared: SharedLabels,
  newTags: readonly string[] | undefined,
  environment: string | undefined,
): void {
  const labels = labelsOf(rows, row)
  // The usual span says what the one before it said.
  if (newTags === undefined && environment === labels.environments.kept[0]) return
  if (newTags === undefined && environment !== undefined && labels === NO_LABELS) {
    rows.page(row).labels[rows.at(row)] = shared.ofEnvironment(environment)
    return
  }
  let { tags, environments } = labels
  if (newTags !== undefined) for (const tag of newTags) tags = withValue(tags, tag)
  if (environment !== undefined) environments = withValue(environments, environment)
  if (tags === labels.tags && environments === labels.environments) return
  rows.page(row).labels[rows.at(row)] = shared.share({ tags, environments })
}
