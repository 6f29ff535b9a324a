import {
  ACCOUNTING,
  BACKFILL_BOUNDS,
  BUFFERED,
  CONTRACT_ANSWERS,
  CONTRACT_BATCHES,
  CONTRACT_PROCESSES,
  CONTRACT_RETRIES,
  DOCS_TABLES,
  EXIT,
  HELD,
  HELD_KILL,
  LOSS,
  MODEL,
  OPTIONS,
  PROCESSOR,
  QUEUE,
  RESOURCE,
  SENDER,
  TURNS,
} from '../files.ts'
import { NO_PROMISE, type Sentences } from '../kept.ts'

/** What a span goes through. */
export const LIFE: Sentences = {
  '`PersistentBatchSpanProcessor` delivers spans although the collector is down, slow or restarting.': {
    [PROCESSOR]:
      '…: a flush during an outage rejects with the number of spans that are left, and a later one sends them',
    [LOSS]: ['refused 15 s', '503 for 10 s'],
  },
  'With a directory, it also delivers what was queued when the process crashed.': {
    [EXIT]: [
      'by …: the next process sends every span that ended',
      'killed: the next process sends every span that was in the journal according to stats()',
    ],
  },
  'Use it if you cannot afford to lose spans.': NO_PROMISE,
  '`BatchSpanProcessor` in front of an OTLP exporter loses three kinds, mostly silently.': {
    [CONTRACT_PROCESSES]: 'A process that ends by itself sends what is queued.',
  },
  'They are spans beyond its queue of 2,048, spans not accepted within ten seconds, and spans that are queued when the process ends.':
    {
      [CONTRACT_BATCHES]: 'The queue holds 2,048 spans; more are dropped.',
      [CONTRACT_RETRIES]: 'Retries end with the timeout.',
      [CONTRACT_PROCESSES]: 'A process that ends by itself sends what is queued.',
    },
  '[What it costs](../cost.md#what-is-lost) shows both side by side.': NO_PROMISE,
  '`registerSessions` delivers with it.': NO_PROMISE,
  'It replaces the batch processor and the OTLP exporter: the URL and headers go here.': NO_PROMISE,
  'It validates sessions by itself, with the options of `sessionProcessors`, or its own `session`.': {
    [PROCESSOR]: '…: sessions are validated before encoding',
  },
  'Without a `directory`, spans are kept in memory.': {
    [PROCESSOR]: 'without a directory a shutdown that loses spans rejects, and counts them',
  },
  "It needs Node, and speaks OTLP over HTTP only: no gRPC exporter and no vendor's exporter fits behind it.":
    { [OPTIONS]: 'a wrong value of … throws at construction: …' },
  "Options that you do not set are read from the [environment](../reference/environment.md), as OpenTelemetry's exporters do.":
    { [OPTIONS]: 'missing options are read from the environment variables of OpenTelemetry' },
  "[OpenTelemetry's promises](../reference/contract.md) has the differences from the stock processor and exporter, each with its reason.":
    { [DOCS_TABLES]: 'the tables of docs/… match the data (`pnpm docs:tables` writes them)' },
  'A wrong option throws when you construct the processor.': {
    [OPTIONS]: 'a wrong value of … throws at construction: …',
  },
  'A span that ended is delivered at least once, or counted as dropped with the reason.': {
    [ACCOUNTING]:
      '…, each span is accounted for in every turn of the event loop, whatever the endpoint answers',
    [MODEL]: '… loses nothing, repeats only what was leased, and keeps the order',
  },
  '**Buffered.** An ended span waits in memory, at most 20 ms or until 64 spans have collected.': {
    [BUFFERED]: ['an ended span is queued after 20 ms', 'ended spans are queued as soon as there are 64'],
  },
  'Two kinds wait longer.': NO_PROMISE,
  'Spans that [backfill](backfill.md) holds wait for their trace.': {
    [PROCESSOR]: '…: a flush sends spans that wait for their trace',
    [BACKFILL_BOUNDS]:
      'a waiting span > is exported without a session after maxWaitMillis: an open span may still name another one',
  },
  'The first spans of a process wait while detectors of its resource are running: at most 5 seconds, and at most 65,536 spans.':
    {
      [BUFFERED]: 'spans wait 5 seconds for a detector of their resource that never ends',
      [RESOURCE]:
        'a burst of spans at start > that is too large for the memory is sent, the oldest spans without what is not known yet',
    },
  '`shutdown()` and `forceFlush()` wait for the detectors, too.': {
    [RESOURCE]: [
      'spans wait while their resource is still being detected',
      'a burst of spans at start > has them if the application shuts down at once',
    ],
  },
  'With a directory, the journal gets a copy of spans that wait longer.': {
    [HELD]: 'a span that waits > is delivered by the next process after a crash',
    [HELD_KILL]:
      'a process that is killed while spans wait for their trace > loses none that is in the files, 20 ms after its end',
  },
  'After a crash, the next process delivers it.': {
    [HELD]: 'a span that waits > is delivered by the next process after a crash',
  },
  '**Queued.** The span is validated, encoded, and written to the journal or kept in memory.': {
    [PROCESSOR]: [
      '…: sessions are validated before encoding',
      '…: a flush resolves when the endpoint has all spans that ended before it',
    ],
  },
  'It waits until a request is full, at most a second (`scheduledDelayMillis`).': {
    [SENDER]: [
      'a batch > is sent when it is full',
      'a batch > is sent when its first span has waited long enough, and no earlier',
    ],
  },
  '**In flight.** A request has at most 2,048 spans (`maxExportBatchSize`) and 4 MB, or a single span that is larger.':
    {
      [CONTRACT_BATCHES]: 'A request has at most `maxExportBatchSize` spans.',
      [QUEUE]: 'leases what was offered, in order and within the limits',
    },
  'A request that [fails again and again](#what-the-endpoint-answers) may be one more, once it has had no answer for a second.':
    {
      [TURNS]: [
        'with … requests at a time, a span that fails each request > takes turns with the others, which may be more than can be sent',
        'a span that gets no answer > holds the others up for a second, and soon for a tenth of that, with a timeout of … ms',
      ],
    },
  'One is in flight at a time (`concurrency`).': {
    [SENDER]: 'a batch > is one of at most as many in flight as allowed',
  },
  '**Delivered**, once the endpoint answers with 2xx.': {
    [CONTRACT_ANSWERS]: 'Each status from 200 to 299 is success.',
  },
}
