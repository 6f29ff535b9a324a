export interface Queue<Job> {
  push(job: Job): void
  /** Resolves when all jobs are done. */
  idle(): Promise<void>
}

/** A queue in the process. Its loop begins here, in no request, and does one job after the other. */
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
