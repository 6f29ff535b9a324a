import { type Env, handle } from './fetch.ts'

export default {
  fetch: (request: Request, env: Env, ctx: { waitUntil(promise: Promise<unknown>): void }) =>
    handle(request, env, ctx),
}
