/** Threads that run lab scripts beside the shell: jobs go in, outcomes come out in the order in which they end; an abort ends the threads at once. */
import { Worker } from 'node:worker_threads';
import { CommandError } from '../errors.ts';
import type { Job, Outcome } from './worker.ts';
import { WORKER_MARK } from './worker-mark.ts';

/** Each holds a world of its own. */
export const JOBS_MAX = 64;

/** Takes jobs from `jobs` as threads become free. Throws the signal's reason when it is aborted. */
export async function* runJobs(
  program: string,
  jobs: Iterator<Job>,
  threads: number,
  signal: AbortSignal,
): AsyncGenerator<{ readonly job: Job; readonly outcome: Outcome }> {
  const workers: Thread[] = [];
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new CommandError('interrupted', 'interrupted'));
  });
  aborted.catch(() => undefined);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const running = new Map<Thread, Promise<{ readonly thread: Thread; readonly job: Job; readonly outcome: Outcome }>>();
  const begin = (thread: Thread): void => {
    const next = jobs.next();
    running.delete(thread);
    if (next.done === true) return;
    const job = next.value;
    running.set(
      thread,
      thread.run(job).then((outcome) => ({ thread, job, outcome })),
    );
  };
  try {
    for (let i = 0; i < threads; i += 1) {
      const thread = new Thread(program);
      workers.push(thread);
      begin(thread);
    }
    while (running.size > 0) {
      const { thread, job, outcome } = await Promise.race([aborted, ...running.values()]);
      begin(thread);
      yield { job, outcome };
    }
  } finally {
    signal.removeEventListener('abort', stop);
    for (const left of running.values()) left.catch(() => undefined);
    await Promise.all(workers.map((thread) => thread.end()));
  }
}

/** One worker, one job at a time. */
class Thread {
  private readonly worker: Worker;
  private readonly failed: Promise<never>;

  constructor(program: string) {
    const worker = new Worker(program, { workerData: WORKER_MARK, stdout: true, stderr: true });
    this.worker = worker;
    this.failed = new Promise((_, reject) => {
      worker.on('error', (error) => reject(new CommandError('internal', `a worker failed: ${error.message}`)));
      worker.on('exit', () => reject(new CommandError('internal', 'a worker ended')));
    });
    this.failed.catch(() => undefined);
  }

  run(job: Job): Promise<Outcome> {
    const answered = new Promise<Outcome>((resolve) => void this.worker.once('message', resolve));
    this.worker.postMessage(job);
    return Promise.race([answered, this.failed]);
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }
}
