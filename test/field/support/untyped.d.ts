declare module 'tiny-async-pool' {
  export default function asyncPool<T, R>(
    concurrency: number,
    items: readonly T[],
    job: (item: T) => Promise<R>,
  ): AsyncIterable<R>
}
