import {
  ACCOUNTING,
  DAMAGE,
  DEAD_LETTERS,
  DISK,
  EXAMPLES,
  EXIT,
  LIMITS,
  METRICS,
  PIPELINES,
  PROCESSOR,
  REJECTED_FOLDER,
  SENDER,
  TAKEN_ALIVE,
} from '../files.ts'
import { NO_PROMISE, type Sentences } from '../kept.ts'

/** Numbers, costs, and the Collector. */
export const WATCHING: Sentences = {
  'At any moment, `ended + adopted + redelivered` equals `delivered + rejected + queued.spans + buffered` plus the sum of `dropped`.':
    {
      [ACCOUNTING]: [
        '…, each span is accounted for in every turn of the event loop, whatever the endpoint answers',
        '…, each span is accounted for when the logger is called, and when a span is read, also when the queue is full',
      ],
    },
  '`adopted` are spans of other processes.': NO_PROMISE,
  'They come from the journals of dead ones, or are rejected spans that this process deleted, which `dropped` counts.':
    {
      [PROCESSOR]: 'with a journal a shutdown leaves the rest to the next processor on the directory',
      [REJECTED_FOLDER]: 'that another process deletes to make room is counted by that process, once',
    },
  'The keys of `dropped` say why:': NO_PROMISE,
  '`overflow` | meaning | the journal, or the memory used instead, was full': {
    [LIMITS]: [
      'a full journal > drops the oldest files and counts their spans',
      'full memory > does as the option says (…)',
    ],
  },
  '`expired` | meaning | not accepted within `maxAge`': {
    [LIMITS]: 'a record that is too old > is dropped after an attempt to send it, not before (journal: …)',
  },
  '`corrupt` | meaning | the journal file was damaged': {
    [DAMAGE]: 'counts the spans of a record whose body is damaged',
  },
  '`taken-over` | meaning | another process has taken the journal over, and sends them': {
    [TAKEN_ALIVE]: 'count what only the files had as taken over, and not as damaged',
  },
  '`shutdown` | meaning | not delivered before the process ended, and there is no journal': {
    [PROCESSOR]: 'without a directory a shutdown that loses spans rejects, and counts them',
  },
  '`after-shutdown` | meaning | ended after the shutdown': {
    [PROCESSOR]: '…: a shutdown sends what is left, is idempotent, and later spans are counted',
  },
  '`unreadable` | meaning | reading the span throws': {
    [PROCESSOR]: 'a span that throws when it is read is counted, and nothing is thrown',
  },
  '`partial-success` | meaning | the endpoint accepted the request without this span': {
    [SENDER]:
      'a partial success > counts the rejected spans as dropped, and is logged once, its message at debug level and shortened',
  },
  '`rejected` | meaning | rejected by the endpoint, and no space to keep it, or only memory kept it and the process ended':
    {
      [PROCESSOR]: 'without a directory rejected spans are lost with the processor, and counted',
      [DEAD_LETTERS]: 'as far as there is room: the oldest are dropped and counted',
    },
  '`purged` | meaning | deleted by `purge()`': { [PROCESSOR]: '…: purge deletes queued and rejected spans' },
  'With `meterProvider`, the same numbers are metrics:': {
    [METRICS]:
      'the metrics of OpenTelemetry for processors and exporters are recorded, and those of the queue',
  },
  "`otel.sdk.processor.*` and `otel.sdk.exporter.*` by OpenTelemetry's conventions, the others under `otel_sessions.delivery.*`.":
    {
      [METRICS]:
        'the metrics of OpenTelemetry for processors and exporters are recorded, and those of the queue',
    },
  'In `otel.sdk.processor.span.processed` each span counts once.': {
    [METRICS]: '…, a rejected span counts as failed, and not again when it is delivered later',
  },
  'A rejected span counts when it is rejected, with `error.type` `rejected`, and not again when `redeliver()` sends it.':
    { [METRICS]: '…, a rejected span counts as failed, and not again when it is delivered later' },
  'Spans in a request are not part of `otel.sdk.processor.span.queue.size`.': {
    [METRICS]: 'what is in a request is not in the queue',
  },
  "**CPU with a journal** is near that of OpenTelemetry's own pipeline: checksums and writes cost what the faster encoder saves.":
    { [PIPELINES]: ['ours, journal', 'stock JSON, tuned'] },
  '[The numbers](../cost.md#delivery).': NO_PROMISE,
  '**A burst** is written within `span.end()`: from the second record of 64 spans in one turn of the event loop on.':
    {
      [DISK]: [
        'happens within the call during a burst, so that memory keeps only a few megabytes',
        'happens within the call from the second record in one turn of the event loop on',
      ],
    },
  "So is everything with `durability: 'span'`.": {
    [EXIT]: "killed at once, with durability 'span': the next process sends every span",
  },
  'Such a write takes as long as the disk does.': NO_PROMISE,
  'No burst is written so while an earlier write has been under way for a second.': {
    [DISK]: 'does not happen within the call while an earlier write takes longer than a second',
  },
  'Other writing is off the event loop, except three things.': {
    [DISK]: 'is off the event loop, except for a new folder, rejected spans that are sent again, and the end',
  },
  'A new folder is made at once, such as by the constructor.': {
    [DISK]: 'is off the event loop, except for a new folder, rejected spans that are sent again, and the end',
  },
  '`redeliver()` renames files.': {
    [DISK]: 'is off the event loop, except for a new folder, rejected spans that are sent again, and the end',
  },
  'The end of the process writes what is left.': {
    [DISK]: 'is off the event loop, except for a new folder, rejected spans that are sent again, and the end',
  },
  '**A single huge value** blocks the event loop while it is encoded.': NO_PROMISE,
  'That takes about 5 ms a megabyte in protobuf, and several times as much in JSON.': NO_PROMISE,
  'An OpenTelemetry Collector as a sidecar, with a persistent queue, does the same for every language, and for metrics and logs.':
    NO_PROMISE,
  'Set `sending_queue.storage: file_storage`, `fsync: true` and `max_elapsed_time: 0`.': NO_PROMISE,
  'It is one more process to run.': NO_PROMISE,
  "It never sees what the SDK's own queue drops, nor what that queue contains when the process is killed.":
    NO_PROMISE,
  'Choose the Collector where you run Collectors anyway.': NO_PROMISE,
  'With `PersistentBatchSpanProcessor` in front of it, nothing is lost between the two.': NO_PROMISE,
  'Choose the processor alone where there is no place for a sidecar: a desktop application, a command-line tool, a single container.':
    NO_PROMISE,
  'The program `examples/delivery.ts` shows a process that ends while the collector is down, and the next one that delivers its spans.':
    { [EXAMPLES]: '…: …' },
}
