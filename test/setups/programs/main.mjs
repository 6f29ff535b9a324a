// The main script in ESM. IN_CODE is the set-up that it begins, if any; PLACE is where it runs.
import http from 'node:http'
import * as api from '@opentelemetry/api'
import { usingSession } from 'otel-sessions'
import { run, setLogger } from './application.cjs'
import { runIn } from './place.cjs'
import { setups } from './setups.cjs'

await runIn(async () => {
  setLogger(api)
  const early = api.trace.getTracer('early')
  const { packages, start } = setups[process.env.IN_CODE] ?? {}
  const load = () => Promise.all(packages.map((name) => import(name)))
  const { flush, tracer } = start?.({ packages: await load() }) ?? globalThis.preloaded ?? {}
  const nested = process.env.NESTED_API && (await import(process.env.NESTED_API))
  await run({ api, nested, usingSession, early, tracer, http })
  await flush?.()
})
