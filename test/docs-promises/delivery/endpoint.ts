import {
  ANSWERS,
  APART,
  AT_RANDOM,
  CIRCUIT,
  CONTRACT_ANSWERS,
  CONTRACT_RETRIES,
  DEAD_LETTERS,
  FAILING,
  LIMITS,
  MIXED,
  NARROWING,
  PROCESSOR,
  REDELIVERY,
  REFUSED,
  REJECTED_FOLDER,
  SENDER,
  TURNS,
} from '../files.ts'
import { NO_PROMISE, type Sentences } from '../kept.ts'

/** What the answers of an endpoint mean. */
export const ENDPOINT: Sentences = {
  'The status of the answer decides what happens next:': NO_PROMISE,
  '429, 502, 503, 504, no connection, no answer in time | what happens | retried until `maxAge`, after `Retry-After` (at most 5 minutes, `maxRetryAfterMillis`) or pauses that double up to a minute':
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
      [APART]: [
        'a span that the endpoint asks to send later, while it accepts others > is not sent earlier because a flush waits',
        'a span that the endpoint asks to send later, while it accepts others > is not sent earlier in a shutdown',
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
  'A request that is not retried is narrowed down to the spans that cause the answer.': {
    [NARROWING]: 'one span of 500 that gets …, …, costs no other one',
  },
  'The others arrive.': { [NARROWING]: 'one span of 500 that gets …, …, costs no other one' },
  'That takes at most 2·log₂ n further requests for each rejected span of a batch of n spans, and two that show whether the endpoint accepts anything.':
    {
      [REFUSED]: [
        'a request that is refused because of a span > delivers each good span once, rejects each bad one alone, and takes few requests',
        'a request that is refused because of a span > takes two requests more at most where the endpoint refuses empty requests',
      ],
    },
  'A wrong token or URL is noticed.': {
    [REFUSED]: 'an endpoint that refuses everything > with status … gets few requests a batch',
  },
  'Suppose that an endpoint answers with 401, 403, 404, 405, 407, 415 or a redirect, and rejects an empty request, too.':
    { [REFUSED]: 'an endpoint that refuses everything > with status … gets few requests a batch' },
  'Then the batch is kept as rejected without further requests.': {
    [REFUSED]: 'an endpoint that refuses everything > with status … gets few requests a batch',
  },
  'After 403, this needs another 403.': {
    [REFUSED]: 'an endpoint that refuses everything > with status … gets few requests a batch',
  },
  'Where the empty request gets another answer than these, or fails, up to 20 random spans are tried first, one by one.':
    {
      [MIXED]: 'gets all others, where it fails with …',
      [REFUSED]: 'an endpoint that refuses everything > with status … gets few requests a batch',
      [AT_RANDOM]:
        '… requests at a time, and a share of … of all spans that are answered > with …: all others arrive, and they are rejected alone',
    },
  'Once one is accepted, the batch is narrowed down.': {
    [REFUSED]: [
      'a request that is refused because of a span > is narrowed also where the endpoint refuses empty requests',
      'a request that is refused because of a span > takes two requests more at most where the endpoint refuses empty requests',
    ],
  },
  'If none is, all of it is kept as rejected.': {
    [REFUSED]: 'an endpoint that refuses everything > with status … gets few requests a batch',
  },
  'A request may fail again and again with 502, 503, 504, a reset or a timeout.': {
    [FAILING]:
      'with … requests at a time, a span that makes every request fail > with … is rejected alone, soon, and holds nothing up',
  },
  'Once the endpoint accepts other spans meanwhile, it is narrowed down, too.': {
    [FAILING]:
      'with … requests at a time, a span that makes every request fail > with … is rejected alone, soon, and holds nothing up',
  },
  'It is then sent apart, one request at a time, in turn with the others.': {
    [TURNS]: [
      'an endpoint that takes one request at a time > gets no second one because a span is answered with …',
      'with … requests at a time, a span that fails each request > takes turns with the others, which may be more than can be sent',
    ],
    [FAILING]:
      'with … requests at a time, a span that makes every request fail > with … is rejected alone, soon, and holds nothing up',
  },
  'They wait for its answer for a second at most, and for a tenth of that after a request without one.': {
    [TURNS]:
      'a span that gets no answer > holds the others up for a second, and soon for a tenth of that, with a timeout of … ms',
  },
  'Its `Retry-After` delays only itself, unless the status is 429.': {
    [APART]: [
      'a span that the endpoint asks to send later, while it accepts others > holds up no other one',
      'a span that the endpoint asks to send later, while it accepts others > holds up all of them after 429, and a flush does not wait for that',
    ],
  },
  'A single span is rejected when it fails alone at least five times, each time while the endpoint accepts others.':
    {
      [FAILING]:
        'with … requests at a time, a span that makes every request fail > is not rejected before others arrive',
    },
  'That it answers an empty request is enough only while nothing else fails.': {
    [FAILING]:
      'an endpoint that fails all spans for a while, and answers empty requests > gets the span that failed before, too, with … requests at a time',
  },
  'So several such spans stay queued until others are accepted.': {
    [FAILING]: 'several spans that fail > stay queued until others are accepted',
  },
  'The rest of their batch arrives meanwhile.': {
    [MIXED]:
      'of … spans, … of them refused and … failing, delivers all others, and rejects them alone once others arrive',
  },
  'Where large requests fail and their halves are accepted, later ones are smaller.': {
    [FAILING]:
      'an endpoint that takes no large requests > and answers them with … gets everything, with few failures',
  },
  'In an outage, attempts first get smaller, then pauses get longer, and nothing is rejected.': {
    [FAILING]: [
      'an outage > of hours loses and rejects nothing, and ends with small requests that grow',
      'an outage > does not lengthen the pauses while attempts get smaller',
    ],
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
    [REJECTED_FOLDER]: [
      'a rejected span in the folder > is not lost to a queue without room: it stays',
      'a rejected span in the folder > takes no room from what is queued, where only memory has it',
    ],
    [REDELIVERY]:
      'a rejected span on another file system > stays if the queue was filled while it was copied',
  },
}
