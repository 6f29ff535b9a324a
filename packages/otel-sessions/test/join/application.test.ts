import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadedBefore, loadsOwnFiles, type Process, readApplication } from '../../src/join/application.ts'

/** A folder with files; what is not text is written as JSON. */
function createFolder(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return folder
}

const processIn = (folder: string, script = 'app.js', more: Partial<Process> = {}): Process => ({
  argv: ['node', join(folder, script)],
  execArgv: [],
  env: {},
  cwd: () => folder,
  ...more,
})

test('an SDK that the application declares is expected to register', () => {
  const folder = createFolder({
    'package.json': { dependencies: { express: '5', '@opentelemetry/sdk-node': '*' } },
  })
  expect(readApplication('1.9.1', processIn(folder, 'dist/server.js')).otherSdks).toEqual([
    '@opentelemetry/sdk-node',
  ])
})

test('an SDK that is only a dependency of an instrumentation is not', () => {
  const folder = createFolder({
    'package.json': { dependencies: { '@opentelemetry/auto-instrumentations-node': '*' } },
    'node_modules/@opentelemetry/sdk-node/package.json': { version: '0.223.0' },
  })
  expect(readApplication('1.9.1', processIn(folder)).otherSdks).toEqual([])
})

test('a package.json without dependencies, as beside a build, is passed over', () => {
  const folder = createFolder({
    'package.json': { dependencies: { '@vercel/otel': '2' } },
    'dist/package.json': { type: 'module' },
  })
  expect(readApplication('1.9.1', processIn(folder, 'dist/app.js', { cwd: () => '/' })).otherSdks).toEqual([
    '@vercel/otel',
  ])
})

test('a script of another package, such as "next start", runs the application of the working directory', () => {
  const folder = createFolder({
    'package.json': { dependencies: { '@sentry/nextjs': '10' } },
    'node_modules/next/package.json': { dependencies: { postcss: '8' } },
  })
  const { otherSdks } = readApplication('1.9.1', processIn(folder, 'node_modules/next/dist/bin/next'))
  expect(otherSdks).toEqual(['@sentry/nextjs'])
})

test.each([
  [['--import', '@opentelemetry/auto-instrumentations-node/register'], ''],
  [['--require=@opentelemetry/auto-instrumentations-node/register'], ''],
  [['-r', '@opentelemetry/auto-instrumentations-node/register'], ''],
  [[], '--max-old-space-size=500 --import "@opentelemetry/auto-instrumentations-node/register"'],
])(
  'auto-instrumentations that are loaded before, by %j and NODE_OPTIONS %j, register',
  (execArgv, NODE_OPTIONS) => {
    const started = processIn(createFolder({}), 'app.js', { execArgv, env: { NODE_OPTIONS } })
    expect(readApplication('1.9.1', started).otherSdks).toEqual(['@opentelemetry/auto-instrumentations-node'])
  },
)

test('what is loaded before the main script is read from both places, in the order of Node', () => {
  const started = processIn('/', 'app.js', {
    execArgv: ['--import', 'a', '--inspect', '--require=b'],
    env: { NODE_OPTIONS: '-r c --import=d' },
  })
  expect(loadedBefore(started)).toEqual(['c', 'd', 'a', 'b'])
})

test('one version of the API is found, wherever it is installed', () => {
  const folder = createFolder({
    'package.json': { dependencies: { '@opentelemetry/sdk-node': '*' } },
    'node_modules/@opentelemetry/api/package.json': { version: '1.9.1' },
    'node_modules/@opentelemetry/sdk-node/package.json': { version: '0.223.0' },
  })
  expect(readApplication('1.9.1', processIn(folder)).apiVersions).toEqual(['1.9.1'])
})

test.each([
  ['the application', 'node_modules/@opentelemetry/api/package.json'],
  ['its SDK', 'node_modules/@opentelemetry/sdk-node/node_modules/@opentelemetry/api/package.json'],
])('another version of the API is found that %s has', (_who, file) => {
  const folder = createFolder({
    'package.json': { dependencies: { '@opentelemetry/sdk-node': '*' } },
    'node_modules/@opentelemetry/sdk-node/package.json': { version: '0.223.0' },
    [file]: { version: '1.10.0' },
  })
  expect(readApplication('1.9.1', processIn(folder)).apiVersions).toEqual(['1.9.1', '1.10.0'])
})

test.each([
  ['is missing', {}],
  ['is no JSON', { 'package.json': '{' }],
  ['is null', { 'package.json': 'null' }],
  ['is a folder', { 'package.json/x': '' }],
  ['has other types', { 'package.json': { dependencies: 'x', optionalDependencies: 1 } }],
])('a package.json that %s declares nothing', (_what, files) => {
  expect(readApplication(undefined, processIn(createFolder(files))).otherSdks).toEqual([])
})

test('a working directory that was deleted is no error', () => {
  const started = processIn('/', 'app.js', {
    argv: ['node'],
    cwd: () => {
      throw new Error('ENOENT')
    },
  })
  expect(readApplication(undefined, started).otherSdks).toEqual([])
})

test.each([
  ['nothing', [], '', false],
  [
    'a package that registers an SDK',
    ['--import', '@opentelemetry/auto-instrumentations-node/register'],
    '',
    false,
  ],
  ["the application's own file", ['--import', './telemetry.mjs'], '', true],
  ['another package, which may do anything', ['--import=tsx'], '', true],
  ['its own file, which comes from the environment', [], '--require ./telemetry.cjs', true],
])('what is loaded before otel-sessions/register is told: %s', (_, flags, NODE_OPTIONS, expected) => {
  const execArgv = [...flags, '--import', 'otel-sessions/register', '--import', './later.mjs']
  expect(loadsOwnFiles(processIn('.', 'app.js', { execArgv, env: { NODE_OPTIONS } }))).toBe(expected)
})

test('in code, all that the flags name is loaded before otel-sessions/register', () => {
  expect(loadsOwnFiles(processIn('.', 'app.js', { execArgv: ['--import', './telemetry.mjs'] }))).toBe(true)
})
