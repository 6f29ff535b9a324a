// Three users queue a call of a model each, in their sessions, at once; other queues than p-queue run one at a time.
// Right: each call has the session of the user who queued it.

import { usingSession } from '@otel-sessions/processor'
import { queue as asyncQueue } from 'async'
import BetterQueue from 'better-queue'
import Bottleneck from 'bottleneck'
import { bulkhead } from 'cockatiel'
import fastq from 'fastq'
import pLimit from 'p-limit'
import asyncPool from 'tiny-async-pool'
import type { Case } from '../program.ts'
import { type Job, queueCases } from '../support/queues.ts'

const queues = queueCases([
  { library: 'p-limit', create: () => pLimit(1), asUsual: { right: 3 } },
  {
    library: 'fastq',
    create() {
      const queue = fastq.promise((job: Job) => job(), 1)
      return (job) => queue.push(job)
    },
    asUsual: { right: 1, wrong: { work: 2 } },
  },
  {
    library: 'async',
    create() {
      const queue = asyncQueue((job: Job, done: () => void) => void job().then(done), 1)
      return (job) => queue.pushAsync(job)
    },
    asUsual: { right: 1, wrong: { work: 2 } },
  },
  {
    library: 'better-queue',
    create() {
      const queue = new BetterQueue<Job>((job, done) => void job().then(() => done(null)), { concurrent: 1 })
      return (job) => new Promise((resolve) => queue.push(job, resolve))
    },
    asUsual: { right: 1, wrong: { work: 2 } },
  },
  {
    library: 'bottleneck',
    create() {
      const limiter = new Bottleneck({ maxConcurrent: 1 })
      return (job) => limiter.schedule(job)
    },
    asUsual: { right: 1, wrong: { work: 2 } },
  },
  {
    library: 'cockatiel',
    create() {
      const policy = bulkhead(1, 10)
      return (job) => policy.execute(job)
    },
    asUsual: { right: 1, wrong: { work: 2 } },
  },
])

export const cases: readonly Case[] = [
  ...queues,
  {
    name: 'usingSession in the function for an item',
    library: 'tiny-async-pool',
    expected: { right: 3 },
    async run({ users, session, work }) {
      const answer = (user: string) => usingSession(session(user), () => work(user))
      for await (const _ of asyncPool(1, users, answer));
    },
  },
]
