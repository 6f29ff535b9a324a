import type { Counts } from '../workspaces/verdict.ts'
import type { Row } from './row.ts'

/** The spans that the application makes by hand, for two users. */
const MANUAL: Counts = { early: 2, handle: 2, work: 2 }
const WITH_SERVER: Counts = { ...MANUAL, server: 2 }
const WITH_CLIENT: Counts = { ...MANUAL, client: 2 }
const WITH_HTTP: Counts = { ...WITH_SERVER, client: 2 }

const JOINS = /joins the registered provider/
const SETS_UP = /the application declares no SDK, so this one makes spans/

/** A set-up in both module systems, at every time. */
function everyWay(
  workspace: Row['workspace'],
  setup: string,
  right: Counts,
  more: Partial<Row['expected']> = {},
) {
  return (['cjs', 'esm'] as const).flatMap((form) =>
    (['before', 'after', 'in code'] as const).map((order): Row => {
      // In the quick table, each set-up has one row of each order, and both module systems.
      const isSlow = (form === 'cjs') === (order === 'after')
      return { workspace, setup, order, form, isSlow, expected: { right, says: JOINS, ...more } }
    }),
  )
}

function row(
  workspace: Row['workspace'],
  setup: string,
  form: Row['form'],
  expected: Row['expected'],
  more: Partial<Row> = {},
): Row {
  return { workspace, setup, form, order: setup === 'none' ? '-' : 'in code', expected, ...more }
}

/** Instrumentations that are loaded before the main script change what an ES module imports only by a hook. */
const autoInstrumentations = (workspace: Row['workspace']) =>
  everyWay(workspace, 'auto-instrumentations/register', WITH_HTTP).map((each) =>
    each.form === 'cjs' ? each : { ...each, expected: { ...each.expected, right: MANUAL } },
  )

/** What a package of the application sets up, after instrumentations were registered here. */
const undeclared = (workspace: Row['workspace']) =>
  (['cjs', 'esm'] as const).map((form) => {
    // Those of that SDK do not reach what an ES module imports. Those that are registered here do, and make their spans.
    const added = form === 'esm' ? { client: 2, server: 2 } : {}
    const expected = { right: WITH_HTTP, added, says: JOINS }
    return row(workspace, 'NodeSDK with instrumentations', form, expected, { folder: 'alone' })
  })

const joined = { right: MANUAL, says: JOINS }
const alone = { right: WITH_HTTP, added: WITH_HTTP, says: SETS_UP }

export const ROWS: readonly Row[] = [
  ...everyWay('sdk-1', 'NodeSDK', MANUAL),
  ...everyWay('sdk-1', 'own provider', MANUAL),
  ...everyWay('sdk-1', 'addSpanProcessor', MANUAL),
  ...everyWay('sdk-1', 'exporter of the environment', MANUAL),
  ...everyWay('sdk-1', '@vercel/otel', WITH_CLIENT),
  ...everyWay('sdk-2', 'NodeSDK', MANUAL),
  ...everyWay('sdk-2', 'own provider', MANUAL),
  ...autoInstrumentations('sdk-2'),
  ...everyWay('sdk-2', '@vercel/otel', WITH_CLIENT),
  ...everyWay('sdk-2', 'Sentry 10', WITH_SERVER),
  ...everyWay('sdk-2', 'NodeSDK with Langfuse', MANUAL),
  ...everyWay('sdk-2', 'Traceloop', MANUAL),
  ...everyWay('sdk-3', 'NodeSDK', MANUAL),
  ...everyWay('sdk-3', 'own provider of SDK 3', MANUAL),
  ...autoInstrumentations('sdk-3'),

  row('sdk-1', 'own provider', 'bundle', joined),
  row('sdk-2', 'own provider', 'bundle', joined),
  row('sdk-3', 'own provider of SDK 3', 'bundle', joined),

  // What cannot be joined.
  ...everyWay('sdk-2', 'Sentry 11', {}, { says: /SentryTracerProvider has no span processors/ }),
  ...everyWay(
    'sdk-2',
    'setLangfuseTracerProvider',
    { early: 2 },
    { missing: { handle: 2, work: 2 }, added: { early: 2 }, says: /their provider lacks sessionProcessors/ },
  ),

  // How and where the process is started.
  row('sdk-2', 'NodeSDK', 'cjs', joined, { flag: '--require' }),
  row('sdk-2', 'NodeSDK', 'esm', joined, { flag: '--require' }),
  row('sdk-3', 'NodeSDK', 'cjs', joined, { flag: '--require' }),
  row('sdk-2', 'NodeSDK', 'esm', joined, { place: 'worker' }),
  row('sdk-2', 'NodeSDK', 'cjs', joined, { place: 'child' }),

  // Nobody registers.
  row('sdk-2', 'none', 'cjs', alone, { folder: 'alone' }),
  row('sdk-2', 'none', 'esm', alone, { folder: 'alone' }),
  row('sdk-2', 'none', 'cjs', alone, { folder: 'alone', flag: '--require' }),
  row('sdk-2', 'none', 'esm', alone, { folder: 'alone', place: 'worker' }),
  row('sdk-2', 'none', 'cjs', alone, { folder: 'alone', place: 'child' }),
  row('sdk-3', 'none', 'cjs', alone, { folder: 'alone' }),
  row('sdk-3', 'none', 'esm', alone, { folder: 'alone' }),
  row('sdk-1', 'none', 'esm', { right: MANUAL, added: MANUAL, says: /waits for @opentelemetry\/sdk-node/ }),

  // Somebody registers who is not declared, after instrumentations were registered here.
  row(
    'sdk-2',
    'auto-instrumentations/register',
    'cjs',
    { right: WITH_HTTP, says: JOINS },
    { folder: 'alone' },
  ),
  row(
    'sdk-3',
    'auto-instrumentations/register',
    'cjs',
    { right: WITH_HTTP, says: JOINS },
    { folder: 'alone' },
  ),
  ...undeclared('sdk-2'),
  ...undeclared('sdk-3'),

  // A dependency has another version of the API: 1.10 beside 1.9, which sees nothing without us, or 1.9.0 beside 1.10.
  ...(['cjs', 'esm'] as const).flatMap((form) => [
    row('sdk-1', 'own provider', form, { ...joined, added: { work: 2 } }, { nestedApi: true }),
    row('sdk-2', 'own provider', form, { ...joined, added: { work: 2 } }, { nestedApi: true }),
    row('sdk-3', 'own provider of SDK 3', form, joined, { nestedApi: true }),
    row('sdk-2', 'none', form, alone, { folder: 'alone', nestedApi: true }),
    row('sdk-3', 'none', form, alone, { folder: 'alone', nestedApi: true }),
  ]),
  row(
    'sdk-2',
    'own provider',
    'cjs',
    { ...joined, added: { work: 2 } },
    { order: 'before', nestedApi: true },
  ),

  // The packages find API 1.9, and the application 1.10.
  row('sdk-3', 'NodeSDK', 'cjs', joined, { folder: 'two-apis' }),
  row('sdk-3', 'NodeSDK', 'esm', joined, { folder: 'two-apis' }),
  row(
    'sdk-3',
    'none',
    'esm',
    { right: {}, says: /waits for .* several versions of @opentelemetry\/api are installed/ },
    { folder: 'two-apis' },
  ),
]
