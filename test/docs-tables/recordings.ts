import { groupBy } from '../real/group.ts'
import { CASES, type CaseName } from '../recordings/cases.ts'
import { type Recording, readRecordings } from '../recordings/recording.ts'
import { type Cannot, listStored, readCannot } from '../recordings/support/store.ts'
import { drawTable } from './draw.ts'

/** One family, as it is stored. */
export interface StoredFamily {
  readonly name: string
  readonly versions: Recording['versions']
  readonly recorded: ReadonlySet<CaseName>
  readonly cannot: Cannot
}

const NAMES = Object.keys(CASES) as CaseName[]

/** All families that have a recording or a reason. */
export function readFamilies(): StoredFamily[] {
  const byFamily = groupBy(readRecordings(), ({ family }) => family)
  return listStored().map((name) => {
    const recordings = byFamily.get(name) ?? []
    return {
      name,
      versions: recordings[0]?.versions ?? {},
      recorded: new Set(recordings.map((recording) => recording.case)),
      cannot: readCannot(name),
    }
  })
}

/** What each case shows. */
export const casesMarkdown = (): string =>
  drawTable(
    ['case', 'what it shows'],
    NAMES.map((name) => [`\`${name}\``, CASES[name].shows]),
  )

/** Which family was recorded in which case, why not in the others, and the versions. */
export function recordingsMarkdown(families: readonly StoredFamily[] = readFamilies()): string {
  const table = drawTable(
    ['family', ...NAMES],
    families.map((family) => [`\`${family.name}\``, ...NAMES.map((name) => cellOf(family, name))]),
  )
  const versions = drawTable(
    ['family', 'versions'],
    families.map(({ name, versions: all }) => [
      `\`${name}\``,
      Object.entries(all)
        .map(([library, version]) => `\`${library}\` ${version}`)
        .join(', '),
    ]),
  )
  return [table, reasonsOf(families), versions].join('\n\n')
}

function cellOf({ recorded, cannot }: StoredFamily, name: CaseName): string {
  if (recorded.has(name)) return '✓'
  return cannot[name] === undefined ? 'missing' : '–'
}

/** The reasons, each with the families that share it. */
function reasonsOf(families: readonly StoredFamily[]): string {
  const all = families.flatMap(({ name: family, cannot }) =>
    NAMES.flatMap((name) => {
      const reason = cannot[name]
      return reason === undefined ? [] : [{ family, name, reason: reason.replace(/\.?$/, '.') }]
    }),
  )
  return [...groupBy(all, ({ name, reason }) => `\`${name}\`: ${reason}`)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([text, rows]) => `- ${text} (${rows.map(({ family }) => `\`${family}\``).join(', ')})`)
    .join('\n')
}
