import {
  APART,
  CONTRACT_ANSWERS,
  CONTRACT_ENDINGS,
  DRAIN,
  EXIT,
  FAILING,
  PROCESS,
  PROCESSOR,
  SHUTDOWN,
} from '../files.ts'
import { NO_PROMISE, type Sentences } from '../kept.ts'

/** Flush, shutdown, and the ends of a process. */
export const ENDS: Sentences = {
  'Without such a handler, SIGTERM kills the process at once.': {
    [EXIT]: 'by a signal that it does not handle: the next process sends every span that was in the journal',
  },
  '`forceFlush()` resolves when every span that ended before is acknowledged.': {
    [CONTRACT_ENDINGS]: '`forceFlush` resolves when all spans that ended before are exported.',
  },
  'It rejects after `exportTimeoutMillis` (30 s) with the number of spans that are left, which stay queued.':
    {
      [CONTRACT_ENDINGS]: '`forceFlush` rejects after `exportTimeoutMillis`.',
      [PROCESSOR]:
        '…: a flush during an outage rejects with the number of spans that are left, and a later one sends them',
    },
  'A batch that is being narrowed down counts as a whole, until all of it is answered.': {
    [PROCESSOR]:
      'a batch of which some spans have arrived counts as a whole in the number of a flush that rejects',
  },
  'It rejects at once if the endpoint has asked to wait longer (`Retry-After`).': {
    [PROCESSOR]: '…: a flush rejects at once if the endpoint has asked to wait longer than it may take',
    [APART]: [
      'a span that the endpoint asks to send later, while it accepts others > ends a flush at once that waits for nothing else',
      'a span that the endpoint asks to send later, while it accepts others > ends a flush at once that waits for it when the endpoint asks for that',
    ],
  },
  'It also rejects if spans were lost or rejected meanwhile.': {
    [PROCESSOR]:
      '…: rejected spans are kept, a flush rejects with their number, and redeliver sends them again',
    [CONTRACT_ANSWERS]: 'After any other status of an error, a span is not sent again.',
  },
  "SDK 2's provider rejects with an array of such errors.": {
    [PROCESSOR]: 'the provider of SDK 2 rejects with an array of what its processors reject with',
  },
  '`shutdown()` sends what is left, and takes at most about `shutdownTimeoutMillis` (10 s).': {
    [PROCESSOR]: '…: a shutdown sends what is left, is idempotent, and later spans are counted',
    [DRAIN]: 'a drain > with patience goes on as long as answers come, until its deadline',
  },
  'With a directory, it stops when the endpoint has answered nothing for 2 seconds, and leaves the rest in the journal.':
    {
      [EXIT]:
        'by a signal, while the endpoint accepts connections and answers nothing: does not wait for the deadline',
      [DRAIN]: 'a drain > with patience gives up when the endpoint has answered nothing for so long',
      [PROCESSOR]: 'with a journal a shutdown leaves the rest to the next processor on the directory',
    },
  'An answer that asks to retry, such as 503, does not count.': {
    [DRAIN]: 'a drain > with patience gives up in the same time when the endpoint …',
  },
  'Meanwhile, what failed is sent again, in smaller requests.': {
    [SHUTDOWN]: [
      'with a journal, a shutdown after requests have failed > sends everything to an endpoint that works again',
      'with a journal, a shutdown after requests have failed > sends everything to an endpoint that takes smaller requests only',
    ],
    [FAILING]: 'a shutdown > finds within 2 seconds which requests are small enough',
  },
  'It stops at once if the endpoint has asked to wait longer (`Retry-After`).': {
    [SHUTDOWN]:
      'with a journal, a shutdown after requests have failed > ends at once if the endpoint has asked to wait longer than it would',
    [DRAIN]: 'a drain > with patience ends at once when the endpoint has asked to wait longer than that',
  },
  'Without one, it tries until the deadline.': {
    [DRAIN]: 'a drain > resolves at its deadline to how many spans are left',
  },
  'It tries once more although the endpoint has asked to wait.': {
    [PROCESSOR]: 'without a directory a shutdown tries once more, although the endpoint has asked to wait',
    [APART]:
      'a span that the endpoint asks to send later, while it accepts others > is sent once more in a shutdown that has to be the last attempt',
  },
  'It stops earlier only if the endpoint then asks to wait beyond the deadline.': {
    [PROCESSOR]:
      'without a directory a shutdown that is asked again to wait beyond its deadline stops, and the rest is lost',
  },
  'Then the rest is lost, and the Promise rejects with the number.': {
    [PROCESSOR]: 'without a directory a shutdown that loses spans rejects, and counts them',
  },
  'If the disk hangs, it also rejects in time, with the number of spans that are neither delivered nor written.':
    {
      [EXIT]:
        'lets a shutdown reject in time with the number of spans that are nowhere, if the endpoint is unavailable',
    },
  'The processor does not keep the process alive.': {
    [PROCESS]: [
      'exits although a batch waits for more spans',
      'exits although the endpoint has asked to wait for an hour, and a connection is open',
    ],
  },
  'The exceptions are a flush, a shutdown and the natural end of a script.': {
    [PROCESS]: 'stays alive during a drain, although nothing else keeps it alive',
    [EXIT]: 'naturally: sends the pending spans first',
  },
  'A script that ends sends what is left, for as long as a shutdown would.': {
    [EXIT]: 'naturally: sends the pending spans first',
  },
  'It stops at the first request that fails.': {
    [EXIT]: 'naturally, during an outage: exits without delay, and the next process sends the spans',
    [DRAIN]: 'a drain > until a failure ends at the first one, and the usual waits follow',
  },
  'A file call that hangs keeps the process alive, and even `process.exit()` waits for it.': {
    [EXIT]: 'keeps process.exit() from ending the process, and a signal that it does not handle ends it',
  },
  'Node cannot end such a call.': {
    [EXIT]: 'keeps process.exit() from ending the process, and a signal that it does not handle ends it',
  },
  'A signal that the process does not handle, such as SIGKILL, ends it.': {
    [EXIT]: 'keeps process.exit() from ending the process, and a signal that it does not handle ends it',
  },
  'In a serverless function, await `provider.forceFlush()` before you return.': NO_PROMISE,
  'The platform may freeze the process afterwards.': NO_PROMISE,
}
