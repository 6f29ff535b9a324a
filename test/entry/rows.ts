/** A row of the table: an application, and who puts the sessions on its spans. */
export interface Row {
  readonly framework: string
  /** The helper. */
  readonly name: string
  /** Its file in `apps/`. */
  readonly app: string
  /** Its file in `helpers/`, without `.ts`. */
  readonly helper: string
  /** What is preloaded: a file of this folder, or a package. Next has a way of its own. */
  readonly preload: string | undefined
  /** Whether every span must be right, whatever `results.json` says. */
  readonly isOurs: boolean
}

/** The frameworks of `--quick`. */
export const QUICK: readonly string[] = ['Express', 'Hono']

const NODE_SDK = './telemetry/node-sdk.ts'

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

const theirs = (name: string, helper: string): Row => ({
  framework: 'Express',
  name,
  app: 'express.ts',
  helper,
  preload: NODE_SDK,
  isOurs: false,
})

export const ROWS: readonly Row[] = [
  ours('Express', 'express.ts'),
  ours('Express', 'express.ts', 'registerSessions', './telemetry/register-sessions.ts'),
  theirs('Langfuse', 'langfuse'),
  theirs('OpenInference', 'openinference'),
  theirs('thirty lines', 'thirty-lines'),
  ours('Express, CommonJS', 'express-commonjs.cjs'),
  ours('Fastify', 'fastify.ts'),
  ours('Hono', 'hono.ts'),
  ours('Koa', 'koa.ts'),
  ours('Nest', 'nest.ts'),
  { ...ours('Next', 'next.ts'), preload: undefined },
]
