/** A row of the table: an application, and who puts the sessions on its spans. */
export interface Row {
  readonly framework: string
  /** The helper. */
  readonly name: string
  /** Its file in this folder. */
  readonly app: string
  /** Its file in `helpers/`, without `.ts`. */
  readonly helper: string
  /** What is preloaded: a file of this folder, or a package. Next has a way of its own. */
  readonly preload: string | undefined
  /** How many spans a call of the model has; 1 if left out. */
  readonly spansOfCall?: number
  /** Whether every span must be right, whatever `results.json` says. */
  readonly isOurs: boolean
  /** Whether messages come as jobs of a queue, and not as requests. */
  readonly isWorker?: boolean
  /** Whether the loop of the application's queue begins in a request. */
  readonly isQueueLazy?: boolean
}

const OVERLAPPING = 'Express, overlapping instrumentations'

/** The frameworks of `--quick`. */
export const QUICK: readonly string[] = ['Express', OVERLAPPING, 'Hono']

const NODE_SDK = './telemetry/node-sdk.ts'
const REGISTER = 'otel-sessions/register'

const ours = (
  framework: string,
  app: string,
  name = 'sessionProcessors',
  preload: string | undefined = NODE_SDK,
): Row => ({
  framework,
  name: `otel-sessions, ${name}`,
  app,
  helper: 'otel-sessions',
  preload,
  isOurs: true,
})

/** Jobs of both users run in the request of one. What ours does not reach is declared, like what others do not. */
const LAZY = { framework: 'Express, lazy queue', isQueueLazy: true, isOurs: false }

const theirs = (name: string, helper: string): Row => ({
  framework: 'Express',
  name,
  app: 'apps/express.ts',
  helper,
  preload: NODE_SDK,
  isOurs: false,
})

export const ROWS: readonly Row[] = [
  ours('Express', 'apps/express.ts'),
  ours('Express', 'apps/express.ts', 'registerSessions', './telemetry/register-sessions.ts'),
  ours('Express', 'alone/express.ts', '--import otel-sessions/register', REGISTER),
  theirs('Langfuse', 'langfuse'),
  theirs('OpenInference', 'openinference'),
  theirs('thirty lines', 'thirty-lines'),
  { ...ours('Express', 'apps/express.ts'), ...LAZY },
  { ...theirs('Langfuse', 'langfuse'), ...LAZY },
  { ...theirs('OpenInference', 'openinference'), ...LAZY },
  { ...theirs('thirty lines', 'thirty-lines'), ...LAZY },
  // Two packages change the OpenAI SDK, and auto-instrumentations has one of them again: each call makes its spans once.
  ours(OVERLAPPING, 'together/express.ts', '--import otel-sessions/register', REGISTER),
  ours('Express, CommonJS', 'apps/express-commonjs.cjs'),
  ours('Fastify', 'apps/fastify.ts'),
  ours('Hono', 'apps/hono.ts'),
  ours('Koa', 'apps/koa.ts'),
  ours('Nest', 'apps/nest.ts'),
  // Its set-up has no instrumentation of the model's client.
  { ...ours('Next', 'apps/next.ts'), preload: undefined, spansOfCall: 0 },
  { ...ours('BullMQ', 'apps/worker.ts'), isWorker: true },
]
