/**
 * Takes the packages of another checkout: `node --import checkout.ts`, with its folder in the environment variable
 * BENCH_CHECKOUT. The benchmark itself, and everything else that it loads, stays that of this checkout.
 */
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const here = new URL('..', import.meta.url).href
// A file there whose imports are resolved as those of the benchmark.
const there = pathToFileURL(join(process.env['BENCH_CHECKOUT'] ?? '', 'bench/export.ts')).href

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isOurs = specifier.startsWith('@otel-sessions/') && context.parentURL?.startsWith(here)
    return nextResolve(specifier, isOurs ? { ...context, parentURL: there } : context)
  },
})
