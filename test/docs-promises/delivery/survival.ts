import {
  DAMAGE,
  DISK,
  EXIT,
  FROZEN,
  HANGING_DISK,
  HELD,
  HELD_KILL,
  LIMITS,
  LIVENESS,
  LOSS,
  MODEL,
  POWER_LOSS,
  PROCESSES,
  PROCESSOR,
  PUT_BACK,
  REDELIVERY,
  RESOURCE,
  SHUTDOWN,
  TAKEN_ALIVE,
} from '../files.ts'
import { NO_PROMISE, type Sentences } from '../kept.ts'

/** What survives what. */
export const SURVIVAL: Sentences = {
  'a burst; an endpoint that is slow, down, or answers 429 or 503 | without a directory | kept, up to `maxMemoryBytes` (64 MB) and `maxAge` (a day)':
    {
      [LIMITS]: [
        'full memory > does as the option says (…)',
        'a record that is too old > is dropped after an attempt to send it, not before (journal: …)',
      ],
      [LOSS]: ['synchronous burst', 'refused 15 s'],
    },
  'a burst; an endpoint that is slow, down, or answers 429 or 503 | with a directory | kept, up to `maxBytes` (512 MB a process) and `maxAge` (a day)':
    {
      [LIMITS]: [
        'a full journal > drops the oldest files and counts their spans',
        'a record that is too old > is dropped after an attempt to send it, not before (journal: …)',
      ],
      [LOSS]: ['synchronous burst', 'refused 15 s'],
    },
  'an answer is lost on its way | without a directory | sent again: arrives twice': {
    [PROCESSOR]:
      'an endpoint that accepts a request and cannot answer gets the same spans again, with the same IDs',
  },
  'an answer is lost on its way | with a directory | sent again: arrives twice': {
    [PROCESSOR]:
      'an endpoint that accepts a request and cannot answer gets the same spans again, with the same IDs',
  },
  'the script ends without `shutdown` | without a directory | sent, while the endpoint accepts it': {
    [EXIT]: 'naturally: sends the pending spans first',
  },
  'the script ends without `shutdown` | with a directory | sent; the next process sends the rest': {
    [EXIT]: [
      'naturally, with a journal: sends the pending spans first, and leaves nothing behind',
      'naturally, during an outage: exits without delay, and the next process sends the spans',
    ],
  },
  '`process.exit()`, an uncaught exception; a worker thread that ends by itself | without a directory | lost':
    NO_PROMISE,
  '`process.exit()`, an uncaught exception; a worker thread that ends by itself | with a directory | the next process sends it':
    {
      [EXIT]: [
        'by …: the next process sends every span that ended',
        'a worker thread > that ends by itself, …: the next process sends every span',
      ],
      [HELD_KILL]:
        "a process that ends while spans wait for their trace leaves each of them once > …, with durability '…'",
    },
  'the main thread ends a worker thread, by `process.exit()` or `terminate()` | without a directory | lost':
    NO_PROMISE,
  'the main thread ends a worker thread, by `process.exit()` or `terminate()` | with a directory | the next process sends it, except the last 20 ms and what is being written':
    {
      [EXIT]:
        'a worker thread > that the main thread ends (…): the next process sends all but what was not written',
    },
  "the main thread ends a worker thread, by `process.exit()` or `terminate()` | with `durability: 'span'`, too | the next process sends it":
    {
      [EXIT]:
        "a worker thread > that the main thread ends (…), with durability 'span': the next process sends every span",
    },
  'the process is killed, aborts or runs out of memory | without a directory | lost': NO_PROMISE,
  'the process is killed, aborts or runs out of memory | with a directory | the next process sends it, except the last 20 ms and what is being written':
    {
      [EXIT]: [
        'killed: the next process sends every span that was in the journal according to stats()',
        'killed at the end of a burst: the next process sends all but the last 64 spans at most',
        'aborted: the next process sends every span that was in the journal',
        'out of memory: the next process sends every span that was in the journal',
      ],
    },
  "the process is killed, aborts or runs out of memory | with `durability: 'span'`, too | the next process sends it":
    { [EXIT]: "killed at once, with durability 'span': the next process sends every span" },
  'it is killed while spans wait for their trace or resource | without a directory | lost': NO_PROMISE,
  'it is killed while spans wait for their trace or resource | with a directory | the next process sends what it has of them: without the inherited session, or the late attributes of the resource':
    {
      [HELD_KILL]: 'loses none that is in the files, 20 ms after its end',
      [RESOURCE]: "with durability 'span' a span that waits for its resource is written before onEnd returns",
    },
  'the process is stopped for more than a minute, or the clock is set | without a directory | kept': {
    [FROZEN]:
      'a process that is frozen > with a request in flight reads the answer that arrived meanwhile, and sends nothing twice',
    [LIMITS]: 'a record that is too old > is not one whose system clock is set by … ms',
  },
  'the process is stopped for more than a minute, or the clock is set | with a directory | kept; spans that [another process takes over](#takeover) may arrive twice':
    {
      [PROCESSES]: 'start a new journal when they were suspended for so long that another took theirs over',
      [LIVENESS]:
        'is taken for dead by a process that starts after the clock was set by five minutes, before the next sign of life',
      [LIMITS]: 'a record that is too old > is not one whose system clock is set by … ms',
    },
  'the machine loses power | without a directory | lost': NO_PROMISE,
  'the machine loses power | with a directory | what was forced to the disk: all but about the last 500 ms (`fsync`)':
    {
      [POWER_LOSS]:
        'a power loss takes nothing > that was written before the last interval, with fsync interval',
    },
  "the machine loses power | with `durability: 'span'`, too | with `fsync: 'batch'`, all of it": {
    [POWER_LOSS]:
      'a power loss takes nothing > that offer has returned with, with durability span and fsync batch',
  },
  'the disk is full or cannot be written | with a directory | memory takes over; logged once': {
    [DISK]: [
      'a disk that cannot be written > loses nothing while memory has room (…), and is used again after a while',
      'counts as full when less than minFreeDiskBytes is free',
    ],
  },
  'the disk is still full when the process ends | with a directory | the next process sends what was written; the rest is sent as without a directory, or lost':
    {
      [EXIT]: [
        'a disk that is full > when process.exit() is called: the next process sends what was written before, and the rest is lost',
        'a disk that is full > when the process ends naturally: it sends everything',
        'a disk that is full > at a shutdown while the endpoint is unavailable: it rejects with the number of spans that no file has',
      ],
    },
  'the disk hangs, such as one of a network | with a directory | memory takes over after 10 seconds, until it answers; logged once':
    {
      [HANGING_DISK]: [
        'a disk that hangs > counts as failed after 10 seconds: new records go to memory, and all are delivered',
        'is used again when it answers, and gets what memory has kept meanwhile',
        'is logged once, with the place and what becomes of the spans',
      ],
    },
  "the disk hangs, such as one of a network | with `durability: 'span'`, too | the same; a call that hangs blocks `span.end()`":
    NO_PROMISE,
  'the disk still hangs when the process ends | with a directory | what is neither delivered nor written is lost':
    {
      [EXIT]:
        'lets a shutdown reject in time with the number of spans that are nowhere, if the endpoint is unavailable',
    },
  'a journal file is damaged | with a directory | damaged records are skipped and counted': {
    [DAMAGE]: [
      'loses only the record in which a bit is flipped, and never delivers it',
      'counts the spans of a record whose body is damaged',
    ],
  },
  'the directory is deleted while the process runs | with a directory | what memory still has goes to a new folder, or stays, the 4th time in 30 s; the rest is lost, and counted':
    {
      [DISK]: 'may lose the folder while the process runs: what is in memory is written to a new one',
      [DAMAGE]: 'counts the spans of a file that is deleted while the process runs',
      [TAKEN_ALIVE]: [
        'still gets what is offered, if it happens three times in a row',
        'ends in memory, and not in an endless loop',
      ],
    },
  'This is tested with SIGKILL at random moments, with simulated torn writes (`pnpm test:crash`), and with simulated power losses.':
    {
      [POWER_LOSS]: 'a power loss takes nothing > that counts as written, with fsync batch',
      [DAMAGE]: 'a damaged journal > gives all whole records, wherever the file is truncated',
    },
  'It is not tested on real power loss: whether a disk keeps what it has confirmed, no program can tell.':
    NO_PROMISE,
  'Exactly-once delivery is not promised.': NO_PROMISE,
  'An endpoint that accepted a request but could not answer gets the same bytes again.': {
    [PROCESSOR]:
      'an endpoint that accepts a request and cannot answer gets the same spans again, with the same IDs',
  },
  'After a crash, these are at most `concurrency` requests.': {
    [MODEL]: '… loses nothing, repeats only what was leased, and keeps the order',
    [HANGING_DISK]:
      'a checkpoint > is written before the next request starts, so that a crash repeats one request at most',
  },
  'If batches are being narrowed, what was accepted of them and of their files comes, too.': NO_PROMISE,
  'They are more if the disk hangs.': NO_PROMISE,
  'After a kill, spans whose wait for their trace or resource ended in the last half second may arrive twice, too.':
    {
      [HELD]: [
        'a span that waits > comes twice if the crash hits between its final version and the release, and never not at all',
        'a span that waits > comes once after a crash if its final version is written (fsync: …)',
      ],
    },
  'So may the rejected spans of one file that `redeliver()` was moving from another file system.': {
    [REDELIVERY]:
      'a rejected span on another file system > is not lost by a kill at any operation of the disk, and comes twice at most',
  },
  'With a `concurrency` of 1, nothing that was answered before a shutdown comes again, unless the disk cannot be written.':
    {
      [SHUTDOWN]: [
        'with a journal, a shutdown in the middle of a batch > counts what has an answer, and leaves the rest to the next process',
        'with a journal, a shutdown in the middle of a batch > leaves only the rest of a batch that is sent beside the others',
        'with a journal, a shutdown in the middle of a batch > keeps what is rejected',
        'with a journal, a shutdown in the middle of a batch > leaves nothing of a batch that is answered while what was rejected is being written',
      ],
      [PUT_BACK]: [
        'a batch of which a part has no answer > leaves that part although the journal has no room for it beside the batch',
        'a batch of which a part has no answer > stays as it is if the disk is full',
      ],
    },
  'Duplicates have the same span ID.': {
    [PROCESSOR]:
      'an endpoint that accepts a request and cannot answer gets the same spans again, with the same IDs',
  },
  'When the queue is full, the oldest spans are dropped, one file of the journal at a time.': {
    [LIMITS]: 'a full journal > drops the oldest files and counts their spans',
  },
  "With `overflow: 'reject-newest'`, the newest are.": {
    [LIMITS]: 'a full journal > rejects the newest records with that option',
  },
  'A shutdown can exceed `maxBytes` by what is left of batches that are partly answered.': {
    [PUT_BACK]: [
      'a batch of which a part has no answer > leaves that part although the journal has no room for it beside the batch',
      'a batch of which a part has no answer > takes no room from other records, although its batch still has room in a file',
    ],
  },
}
