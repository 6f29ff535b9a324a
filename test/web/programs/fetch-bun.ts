import { handle } from './fetch.ts'

declare const Bun: {
  serve(options: { port: number; hostname: string; fetch(request: Request): Promise<Response> }): {
    port: number
  }
}
const { port } = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: (request) => handle(request, { prefix: '/' }),
})
console.log(`listening on port ${port}`)
