// Tests the packages as they would be published with every SDK line on every Node version.
//
//   pnpm test:matrix              everything
//   pnpm test:matrix --quick      each line on one Node, each Node with one line, and half of the type checks
//   pnpm test:matrix 'SDK 3'      only jobs whose name contains this
import { parseArgs } from 'node:util'
import { NODES, nodeBinary } from '../../scripts/nodes.mjs'
import { pack } from '../../scripts/pack.mjs'
import { inPairs } from './command.ts'
import { LINES, type Line, SDK_2, SDK_3 } from './lines.ts'
import { nodesLeftOut, nodesWithoutLine, Section, table, unequalCounts } from './report.ts'
import { runLine } from './run-line.ts'
import { runStreams } from './run-streams.ts'
import { runTwoApis, type TwoApis } from './run-two-apis.ts'
import { QUICK_TYPES_LEFT_OUT, typeCheckers } from './typescripts.ts'

const TWO_APIS: readonly TwoApis[] = [
  { name: 'second api newer', line: SDK_2, ours: '1.10.0', test: 'test/matrix/two-apis/newer-copy.ts' },
  { name: 'second api older', line: SDK_3, ours: '1.9.1', test: 'test/matrix/two-apis/older-copy.ts' },
]

/** AsyncLocalStorage has one implementation up to Node 22, and another from Node 24. */
const STREAMS_QUICK = [20, 26] as const

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

const {
  values: { quick },
  positionals: words,
} = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false } },
})

const sectionOf = (name: string, { nodes, quickNode }: Line): Section =>
  new Section(name, nodes, quick ? [quickNode] : nodes)

for (const version of Object.values(NODES)) nodeBinary(version)
const checkers = await typeCheckers(quick)
const packed = pack()
try {
  const { tarballs } = packed
  const lines: Job[] = LINES.map((line) => ({
    section: sectionOf(line.name, line),
    run: (section) => runLine(line, tarballs, checkers, section),
  }))
  const idle = nodesWithoutLine(lines.map(({ section }) => section))
  if (idle.length > 0) throw new Error(`no line runs on Node ${idle.join(', ')}`)
  const twoApis: Job[] = TWO_APIS.map((two) => ({
    section: sectionOf(two.name, two.line),
    run: (section) => runTwoApis(two, tarballs, section),
  }))
  const streams: Job = {
    section: new Section('streams', SDK_2.nodes, quick ? STREAMS_QUICK : SDK_2.nodes),
    run: (section) => runStreams(tarballs, checkers, section),
  }
  const isChosen = (name: string) => words.length === 0 || words.some((word) => name.includes(word))
  const jobs = [...lines, ...twoApis, streams].filter(({ section }) => isChosen(section.name))
  if (jobs.length === 0) throw new Error(`no job's name contains ${words.join(', ')}`)
  const sections = jobs.map(({ section }) => section)
  if (quick) console.log(`Quick: leaves out ${[...nodesLeftOut(sections), QUICK_TYPES_LEFT_OUT].join('; ')}.`)
  // The table of streams first, because it takes longest.
  await inPairs(jobs.toReversed().map((job) => () => attempt(job)))

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
