import { handle } from './fetch.ts'

declare const Deno: {
  serve(
    options: { port: number; hostname: string; onListen(address: { port: number }): void },
    handler: (request: Request) => Promise<Response>,
  ): void
}
const onListen = ({ port }: { port: number }) => console.log(`listening on port ${port}`)
Deno.serve({ port: 0, hostname: '127.0.0.1', onListen }, (request) => handle(request, { prefix: '/' }))
