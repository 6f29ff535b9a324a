export interface Queue<Job> {
  push(job: Job): void
  /** Resolves when all jobs are done. */
  idle(): Promise<void>
}

/** A queue in the process, which does one job after the other. Its loop begins here, in no request. */
export function startQueue<Job>(handle: (job: Job) => Promise<void>): Queue<Job> {
  const jobs: Job[] = []
  let open = 0
  let wake = () => {}
  let rest = () => {}
  const loop = async () => {
    for (;;) {
      while (jobs.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      await handle(jobs.shift() as Job)
      open--
      if (open === 0) rest()
    }
  }
  void loop()
  return {
    push(job) {
      open++
      jobs.push(job)
      wake()
    },
    async idle() {
      if (open > 0) await new Promise<void>((resolve) => (rest = resolve))
    },
  }
}

/**
 * The same, but its loop begins with the first job, as in many libraries: the job of one user then runs in the context of
 * another's request.
 */
export function startLazyQueue<Job>(handle: (job: Job) => Promise<void>): Queue<Job> {
  const jobs: Job[] = []
  let loop: Promise<void> | undefined
  const begin = async () => {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await handle(job)
    loop = undefined
  }
  return {
    push(job) {
      jobs.push(job)
      loop ??= begin()
    },
    async idle() {
      await loop
    },
  }
}
