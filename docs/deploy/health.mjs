// Asks the API of this container whether its process lives. A restart heals no database that is away, so this is
// /healthz; traffic is steered by /readyz.
const port = /:(\d+)$/.exec(process.env.SLUICE_HTTP ?? '')?.[1] ?? '8080';
try {
  const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(4_000) });
  process.exit(answer.ok ? 0 : 1);
} catch {
  process.exit(1);
}
