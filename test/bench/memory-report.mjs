// Loaded into a process before its program (node --import): on SIGUSR2 all its threads collect their garbage, and one line of
// JSON goes to the file that MEMORY_REPORT names. Workflows live in a thread of their own, whose heap nobody else can see.
/* oxlint-disable unicorn/require-post-message-target-origin -- threads of one process have no origins */
import { appendFileSync } from 'node:fs';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const channel = new BroadcastChannel('memory-report');

/** What this thread's heap holds when nothing can be collected, in octets. */
function heapOctets() {
  collect();
  return getHeapStatistics().used_heap_size;
}

if (isMainThread) {
  let threads = 0;
  let waiting = [];
  channel.addEventListener('message', ({ data }) => {
    if (data.kind === 'here') threads += 1;
    if (data.kind === 'heap') waiting.shift()?.(data.octets);
  });
  process.on('SIGUSR2', async () => {
    const answers = Array.from({ length: threads }, () => new Promise((resolve) => waiting.push(resolve)));
    channel.postMessage({ kind: 'report' });
    const own = heapOctets();
    const heap = [own, ...(await Promise.all(answers))].reduce((sum, octets) => sum + octets);
    waiting = [];
    appendFileSync(
      process.env.MEMORY_REPORT,
      `${JSON.stringify({ heap, rss: process.memoryUsage.rss() })}\n`,
    );
  });
} else {
  channel.addEventListener('message', ({ data }) => {
    if (data.kind === 'report') channel.postMessage({ kind: 'heap', octets: heapOctets() });
  });
  channel.postMessage({ kind: 'here' });
}
// Nobody waits for us: the process ends when its program does.
channel.unref();
