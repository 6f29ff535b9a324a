// Tests the packages as they would be published with every SDK line on every Node version. An argument selects jobs
// by name: `pnpm test:matrix 'SDK 3'`.
import { NODES, nodeBinary } from '../../scripts/nodes.mjs'
import { pack } from '../../scripts/pack.mjs'
import { inPairs } from './command.ts'
import { LINES, SDK_2, SDK_3 } from './lines.ts'
import { Section, table, unequalCounts } from './report.ts'
import { runLine } from './run-line.ts'
import { runStreams } from './run-streams.ts'
import { runTwoApis, type TwoApis } from './run-two-apis.ts'
import { typeScripts } from './typescripts.ts'

const TWO_APIS: readonly TwoApis[] = [
  { name: 'second api newer', line: SDK_2, ours: '1.10.0', test: 'test/matrix/two-apis/newer-copy.ts' },
  { name: 'second api older', line: SDK_3, ours: '1.9.1', test: 'test/matrix/two-apis/older-copy.ts' },
]

interface Job {
  readonly section: Section
  run(section: Section): Promise<void>
}

async function attempt({ section, run }: Job): Promise<void> {
  try {
    await run(section)
  } catch (error) {
    section.broke(error)
  }
}

for (const version of Object.values(NODES)) nodeBinary(version)
const compilers = await typeScripts()
const packed = pack()
try {
  const { tarballs } = packed
  const lines: Job[] = LINES.map((line) => ({
    section: new Section(line.name, line.nodes),
    run: (section) => runLine(line, tarballs, compilers, section),
  }))
  const twoApis: Job[] = TWO_APIS.map((two) => ({
    section: new Section(two.name, two.line.nodes),
    run: (section) => runTwoApis(two, tarballs, section),
  }))
  const streams: Job = {
    section: new Section('streams', SDK_2.nodes),
    run: (section) => runStreams(tarballs, compilers, section),
  }
  const [word = ''] = process.argv.slice(2)
  const jobs = [...lines, ...twoApis, streams].filter(({ section }) => section.name.includes(word))
  if (jobs.length === 0) throw new Error(`no job's name contains "${word}"`)
  // The table of streams first, because it takes longest.
  await inPairs(jobs.toReversed().map((job) => () => attempt(job)))

  const sections = jobs.map(({ section }) => section)
  for (const complaint of sections.flatMap(({ complaints }) => complaints)) console.error(complaint)
  const unequal = unequalCounts(lines.map(({ section }) => section))
  if (unequal !== undefined) console.error(unequal)
  console.log(`\n${table(sections)}\n`)
  const isGood = unequal === undefined && sections.every((section) => section.isGood)
  console.log(isGood ? 'All tests passed.' : 'Some tests failed.')
  if (!isGood) process.exitCode = 1
} finally {
  packed.remove()
}
