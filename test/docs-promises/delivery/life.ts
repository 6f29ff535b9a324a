import {
  ACCOUNTING,
  ANSWERS,
  CIRCUIT,
  CONTRACT_ANSWERS,
  CONTRACT_BATCHES,
  CONTRACT_PROCESSES,
  CONTRACT_RETRIES,
  DEAD_LETTERS,
  DOCS_TABLES,
  EXIT,
  FAILING,
  HELD,
  HELD_KILL,
  LIMITS,
  LOSS,
  MODEL,
  NARROWING,
  OPTIONS,
  PROCESSOR,
  QUEUE,
  REFUSED,
  REJECTED_FOLDER,
  RESOURCE,
  SENDER,
} from '../files.ts'
import { NO_PROMISE, type Sentences, UNTESTED } from '../kept.ts'

/** What a span goes through, and what answers mean. */
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
  'These are spans beyond its queue of 2,048, spans that the collector does not accept within ten seconds, and spans that are queued when the process ends.':
    {
      [CONTRACT_BATCHES]: 'The queue holds 2,048 spans; more are dropped.',
      [CONTRACT_RETRIES]: 'Retries end with the timeout.',
      [CONTRACT_PROCESSES]: 'A process that ends by itself sends what is queued.',
    },
  '[What it costs](../cost.md#what-is-lost) shows both side by side.': NO_PROMISE,
  'It replaces the batch processor, the OTLP exporter and `SessionSpanExporter`.': NO_PROMISE,
  'The URL and headers go here, and `session` takes the options of `SessionSpanExporter`.': {
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
  '**Buffered.** An ended span waits in memory, at most 20 ms or until 64 spans have collected.': UNTESTED,
  'Two kinds wait longer: spans that [backfill](backfill.md) holds, and the first spans of a process, while detectors of its resource are running: at most 5 seconds, and 65,536 spans.':
    UNTESTED,
  '`shutdown()` and `forceFlush()` wait for the detectors, too.': {
    [RESOURCE]: [
      'spans wait while their resource is still being detected',
      'a burst of spans at start > has them if the application shuts down at once',
    ],
  },
  'With a directory, the journal gets a copy of spans that wait longer, which a crash leaves to the next process.':
    {
      [HELD]: 'a span that waits > is delivered by the next process after a crash',
      [HELD_KILL]:
        'a process that is killed while spans wait for their trace > loses none that is in the files, 20 ms after its end',
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
  '**In flight.** A request with at most 2,048 spans or 4 MB goes out, one at a time (`concurrency`).': {
    [CONTRACT_BATCHES]: 'A request has at most `maxExportBatchSize` spans.',
    [QUEUE]: 'leases what was offered, in order and within the limits',
    [SENDER]: 'a batch > is one of at most as many in flight as allowed',
  },
  '**Delivered**, once the endpoint answers with 2xx.': {
    [CONTRACT_ANSWERS]: 'Each status from 200 to 299 is success.',
  },
  'The status of the answer decides what happens next:': NO_PROMISE,
  '429, 502, 503, 504, no connection, no answer in time | what happens | retried until `maxAge`, after `Retry-After` (at most 5 minutes) or pauses that double up to a minute':
    {
      [CONTRACT_ANSWERS]: 'After status …, the same spans are sent again.',
      [CONTRACT_RETRIES]: [
        'After a dropped connection, the spans are sent again.',
        'A request without an answer ends after `timeoutMillis`, and is retried.',
      ],
      [CIRCUIT]: [
        'an endpoint that does not answer > is retried after waits that double up to a minute, with full jitter',
        'Retry-After > of … ms is shortened to the option',
      ],
      [LIMITS]: 'a record that is too old > is dropped after an attempt to send it, not before (journal: …)',
    },
  '413 | what happens | sent again in halves; a single span is rejected': {
    [SENDER]:
      'a request that is too large > is sent in halves, and a span that is too large alone is kept as rejected',
  },
  'any other, such as 400, 401 or 500 | what happens | sent again in halves; a single span is rejected': {
    [REFUSED]: [
      'a request that is refused because of a span > delivers all others of it where it gets status …',
      'a request that is refused because of a span > delivers each good span once, rejects each bad one alone, and takes few requests',
    ],
  },
  'A request that gets such a final answer is narrowed down to the spans that cause it.': {
    [NARROWING]: 'one span of 500 that gets …, …, costs no other one',
  },
  'The others arrive.': { [NARROWING]: 'one span of 500 that gets …, …, costs no other one' },
  'That takes at most 2·log₂ n further requests for each rejected span of a batch of n spans.': {
    [REFUSED]:
      'a request that is refused because of a span > delivers each good span once, rejects each bad one alone, and takes few requests',
  },
  'A wrong token or URL is noticed: an endpoint that also rejects an empty request gets no further requests for the batch, which is kept as rejected.':
    { [REFUSED]: 'an endpoint that refuses everything > with status … gets few requests a batch' },
  'A request that fails again and again with 502, 503, 504, a reset or a timeout is narrowed down, too, once the endpoint accepts other spans meanwhile.':
    {
      [FAILING]:
        'with … requests at a time, a span that makes every request fail > with … is rejected alone, soon, and holds nothing up',
    },
  'It is then sent beside the other requests, one at a time, and delays only itself.': {
    [FAILING]:
      'with … requests at a time, a span that makes every request fail > with … is rejected alone, soon, and holds nothing up',
  },
  'A single span is rejected when it fails alone at least five times, each time while the endpoint accepts others or answers an empty request.':
    {
      [FAILING]:
        'with … requests at a time, a span that makes every request fail > is not rejected before others arrive',
    },
  'In an outage, attempts get smaller, and nothing is rejected.': {
    [FAILING]: 'an outage > of hours loses and rejects nothing, and ends with small requests that grow',
  },
  "Any 2xx counts as success, by OTLP's rule.": {
    [CONTRACT_ANSWERS]: 'Each status from 200 to 299 is success.',
  },
  'If the answer is a web page, that is logged once.': {
    [ANSWERS]: 'an answer > that is a web page counts as success and is logged once for the endpoint: …',
  },
  'An answer of more than 4 MiB is the exception: it cannot be read, and the spans are kept as rejected.': {
    [PROCESSOR]:
      'an answer of more than 4 MiB is a failure that is not retried, and all its spans are kept as rejected',
  },
  'With a directory, rejected spans stay in its folder `rejected`, up to `maxRejectedBytes` (64 MB) for all processes together.':
    {
      [DEAD_LETTERS]:
        'the folder of dead letters > outlives the process, and what is redelivered counts as new',
      [REJECTED_FOLDER]:
        'a rejected span in the folder > that another process deletes to make room is counted by that process, once',
    },
  'The oldest are deleted beyond that.': {
    [DEAD_LETTERS]: 'as far as there is room: the oldest are dropped and counted',
  },
  'Without one, they stay in memory, up to the same limit, and are lost at the shutdown.': {
    [PROCESSOR]: 'without a directory rejected spans are lost with the processor, and counted',
    [DEAD_LETTERS]: 'as far as there is room: the oldest are dropped and counted',
  },
  'Correct the token or the URL, then send them again.': {
    [PROCESSOR]:
      '…: rejected spans are kept, a flush rejects with their number, and redeliver sends them again',
  },
  'With a directory, the next process can do it, too.': {
    [DEAD_LETTERS]:
      'the folder of dead letters > outlives the process, and what is redelivered counts as new',
  },
  'What the queue has no room for stays rejected:': {
    [REJECTED_FOLDER]: 'a rejected span in the folder > is not lost to a queue without room: it stays',
  },
}
