/** What a worker of ours is told, so that the program knows in it what it is there for. */
export const WORKER_MARK = 'peersh-lab';
