import {
  DEAD_LETTERS,
  EXIT,
  LEFT_ALONE,
  LIVENESS,
  PROCESSES,
  PROCESSOR,
  PURGE,
  QUEUE,
  REDELIVERY,
  REJECTED_FOLDER,
  SENDING_PURGE,
  TAKEN_ALIVE,
} from '../files.ts'
import { NO_PROMISE, type Sentences } from '../kept.ts'

/** The journal, and the processes that share it. */
export const JOURNAL: Sentences = {
  'Each process writes files into a folder of its own, inside the directory.': {
    [PROCESSES]: 'have a journal each, and do not touch those of others',
  },
  'A file has up to 4 MB, or a single span that is larger.': {
    [QUEUE]: [
      'continues over many files and keeps in memory only what is being read',
      'accepts records larger than a segment, but not larger than the journal',
    ],
  },
  '**Several processes**, such as a cluster or PM2, may share a directory.': {
    [PROCESSES]: 'share what many left: nothing is lost, nothing is delivered twice',
  },
  'Running processes send what dead ones left: see [Takeover](#takeover).': {
    [PROCESSES]: 'send what a process left that died meanwhile, before their own spans',
  },
  '**In a container**, the directory must be on a volume that outlives the container.': NO_PROMISE,
  '**One directory, one endpoint.** Whichever process finds spans sends them to its own URL, with its own headers.':
    {
      [PROCESSOR]: 'what another process left is sent to the URL of the one that finds it, with its headers',
    },
  'Within a process, a second URL for the same directory throws.': {
    [PROCESSOR]:
      'a directory is for one endpoint: another processor of the process must not send its spans elsewhere',
  },
  '**The directory belongs to the user** that runs the processes, and nobody else may write to it.':
    NO_PROMISE,
  'A process takes over no journal that is a link, belongs to another user, or may be written by all users.':
    {
      [LEFT_ALONE]: 'because … stays unchanged, and is logged',
      [PROCESSES]: 'follow no link, and take over no folder to which others may write',
    },
  'It logs the reason.': {
    [LEFT_ALONE]: ['because … stays unchanged, and is logged', 'because it is a link is logged'],
  },
  'So run all processes as the same user.': NO_PROMISE,
  'The group may write, as in a Kubernetes volume with `fsGroup`.': {
    [LEFT_ALONE]: 'is sent although the group may write (mode …)',
  },
  'The same holds for the folder `rejected`.': {
    [REJECTED_FOLDER]:
      'the folder of rejected spans > is not used when it …: spans stay in memory, and that is logged',
  },
  'If it is left alone, rejected spans stay in memory.': {
    [REJECTED_FOLDER]:
      'the folder of rejected spans > is not used when it …: spans stay in memory, and that is logged',
  },
  '**Prompts reach the disk**, unencrypted.': NO_PROMISE,
  '[Privacy](privacy.md#the-journal-on-disk) says what is stored, and for how long.': NO_PROMISE,
  '`purge()` deletes what this process has queued, what dead processes left, and what was rejected.': {
    [PROCESSOR]: '…: purge deletes queued and rejected spans',
    [DEAD_LETTERS]: 'purge > deletes what dead processes left, but not the journals of living ones',
    [REJECTED_FOLDER]:
      'the folder of rejected spans > has no part of a file that a kill has left, once the application purges',
    [REDELIVERY]: [
      'purge deletes rejected spans > that are being redelivered, …',
      'purge deletes rejected spans > that are being written',
      'purge deletes rejected spans > that move from memory to the disk',
    ],
  },
  'A request in flight is not aborted.': {
    [PURGE]:
      '…: after purge() no further request with spans of a batch starts whose request in flight is then …',
  },
  'No further one starts with spans of its batch.': {
    [PURGE]: [
      '…: after purge() no further request with spans of a batch starts whose request in flight is then …',
      '…: purge() deletes what is left of a batch that waits for its next request',
    ],
    [SENDING_PURGE]:
      'a purge at any moment while a batch is sent to an endpoint that > … lets no further request start, and counts each span once',
  },
  'What other running processes have queued stays.': {
    [REJECTED_FOLDER]:
      'the folder of rejected spans > loses nothing of a file that a process is writing, whichever process purges',
    [DEAD_LETTERS]: 'purge > deletes what dead processes left, but not the journals of living ones',
  },
  'A process looks for what dead processes left when it starts, and then every 30 seconds.': {
    [PROCESSES]: 'send what a process left that died meanwhile, before their own spans',
    [QUEUE]: 'survives a process that is killed',
  },
  'Sometimes the system cannot tell whether the owner of a journal is alive.': {
    [PROCESSES]: 'wait a minute for a sign of life from an owner …',
    [EXIT]: 'takes no other process for dead because its ID is unknown here: only a minute of silence tells',
  },
  'It runs in another container, on another host, in a worker thread, or in Deno without `--allow-all`.': {
    [PROCESSES]: 'wait a minute for a sign of life from an owner …',
    [EXIT]: 'takes no other process for dead because its ID is unknown here: only a minute of silence tells',
  },
  'Or the machine was booted since.': {
    [PROCESSES]: 'wait a minute for a sign of life from an owner …',
    [EXIT]: 'takes no other process for dead because its ID is unknown here: only a minute of silence tells',
  },
  'Then the owner counts as dead after a minute in which it neither wrote nor touched its folder, in practice after 60 to 90 seconds.':
    {
      [PROCESSES]: 'wait a minute for a sign of life from an owner …',
      [LIVENESS]: 'lives while it writes, although it touches nothing in a long synchronous job',
    },
  'A process that starts on the same machine takes over at once what is older than five minutes.': {
    [LIVENESS]:
      'counts as dead at once for a process that has just started, if it was silent for five minutes',
  },
  '`forceFlush()` does not wait for that minute.': {
    [EXIT]: 'takes no other process for dead because its ID is unknown here: only a minute of silence tells',
  },
  'Where the system cannot tell, two promises contradict each other.': NO_PROMISE,
  "A dead owner's spans are to be sent soon, and a living owner's journal is to be left alone.": NO_PROMISE,
  'The second gives way.': NO_PROMISE,
  'Such an owner may be taken for dead while it lives:': NO_PROMISE,
  'It was stopped, busy in one synchronous job, or cut off from its disk, for more than a minute.': {
    [PROCESSES]: 'start a new journal when they were suspended for so long that another took theirs over',
  },
  "The clock was set forward by five minutes, and another process starts before the owner's next sign of life, within ten seconds.":
    {
      [LIVENESS]:
        'is taken for dead by a process that starts after the clock was set by five minutes, before the next sign of life',
    },
  'The owner loses nothing.': {
    [TAKEN_ALIVE]: 'whatever happens in whatever order, each record that offer has confirmed arrives',
  },
  'It looks after each write whether its folder is still there, and otherwise begins a new one.': {
    [TAKEN_ALIVE]: [
      'a living owner whose journal was taken over loses nothing that it writes > before the takeover',
      'while it was being taken: before the write, and between the write and the look',
    ],
  },
  'What the other process found may arrive twice.': {
    [TAKEN_ALIVE]: 'and what a request has, once that has failed',
  },
  "`stats().dropped['taken-over']` counts what this process leaves to the other.": {
    [TAKEN_ALIVE]: 'count what only the files had as taken over, and not as damaged',
  },
}
