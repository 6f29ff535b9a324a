import { join } from 'node:path'
import { build } from 'esbuild'

/** What an application that is bundled imports statically, by the line of the SDK. */
const SDK = {
  'sdk-1': '@opentelemetry/sdk-trace-base',
  'sdk-2': '@opentelemetry/sdk-trace-base',
  'sdk-3': '@opentelemetry/sdk-trace',
}

/**
 * Bundles the application with the API, as a bundler does: with their ESM builds. `otel-sessions` stays outside, so that it
 * has another copy of the API.
 *
 * @param application the folder of the application
 */
export async function bundleApplication(application: string, workspace: keyof typeof SDK): Promise<void> {
  const packages = ['@opentelemetry/api', SDK[workspace], '@opentelemetry/context-async-hooks']
  const exporter = '@opentelemetry/exporter-trace-otlp-http'
  const imports = [...packages, exporter].map((name, index) => `import * as p${index} from '${name}'`)
  const isSdk3 = workspace === 'sdk-3'
  const { metafile } = await build({
    stdin: {
      contents: `
        import http from 'node:http'
        ${imports.join('\n')}
        import { usingSession } from 'otel-sessions'
        import application from './application.cjs'
        import set from './setups.cjs'
        application.setLogger(p0)
        const early = p0.trace.getTracer('early')
        const { start } = set.setups['${isSdk3 ? 'own provider of SDK 3' : 'own provider'}']
        const { flush } = start({ packages: [p0, p1, p2, p3] })
        await application.run({ api: p0, usingSession, early, http })
        await flush()`,
      resolveDir: application,
    },
    outfile: join(application, 'main.bundle.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    conditions: ['module'],
    external: ['otel-sessions'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
    },
    metafile: true,
    logLevel: 'error',
  })
  const apis = Object.keys(metafile.inputs).filter((file) => file.includes('@opentelemetry/api/'))
  if (apis.length === 0 || apis.some((file) => !/\/esm\/|\.mjs$/.test(file))) {
    throw new Error(`the bundle has not the ESM build of the API: ${apis.join(', ')}`)
  }
}
