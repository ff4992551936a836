import type { PaceChanged, Paused } from '../answers.ts';
import type { Api } from '../api.ts';
import { Failure } from '../failure.ts';
import { plural } from '../numbers.ts';
import { clean } from '../terminal-text.ts';
import { shortClock } from '../times.ts';
import { sayPace } from './pace-text.ts';
import type { Command, Notice } from './room.ts';
import type { WatchView } from './watch-view.ts';

/**
 * Carries out an operator's command with the version that was seen, and answers what became of it in words. What the server refuses
 * or does not answer is told too; only bugs are thrown.
 */
export async function sendCommand(
  api: Api,
  { campaign }: WatchView,
  command: Command,
  version: number,
  now: Date,
): Promise<Notice> {
  const request = { headers: { 'if-match': `"${version}"` } };
  try {
    return { kind: 'done', text: await sendTo(api, `/v1/campaigns/${campaign.id}`, command, request) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { kind: 'refused', text: refusalText(error, command, campaign.timeZone, now) };
  }
}

interface Versioned {
  readonly headers: Readonly<Record<string, string>>;
}

async function sendTo(api: Api, path: string, command: Command, request: Versioned): Promise<string> {
  switch (command.act) {
    case 'pause': {
      const body = command.reason === '' ? {} : { reason: command.reason };
      const { inFlight } = await api.send<Paused>('PUT', `${path}/pause`, { ...request, body });
      return inFlight === 0
        ? 'Paused; nothing was in flight.'
        : `Paused; ${plural(inFlight, 'mail', 'mails')} in flight may still leave.`;
    }
    case 'resume': {
      const query = command.acknowledge ? { acknowledge: 'true' } : {};
      await api.send('DELETE', `${path}/pause`, { ...request, query });
      return 'Resumed.';
    }
    case 'setPace':
      return paceText(await api.send<PaceChanged>('PUT', `${path}/pace`, { ...request, body: command.pace }));
    case 'undoPace':
      return paceText(await api.send<PaceChanged>('DELETE', `${path}/pace`, request));
  }
}

function paceText({ previous, pace }: PaceChanged): string {
  return `Pace: ${sayPace(previous)} → ${sayPace(pace)}`;
}

function refusalText(failure: Failure, command: Command, zone: string, now: Date): string {
  const { problem } = failure;
  if (problem?.status === 412) return conflictText(problem, zone, now) ?? failure.message;
  if (command.act === 'undoPace' && problem?.status === 405)
    return 'this server cannot take a pace change back; set the pace with + - > <';
  return failure.message;
}

/** Both states and who changed it: "not done: bob changed it at 14:13:20 (running → paused); …" */
function conflictText(problem: object, zone: string, now: Date): string | null {
  const members = new Map<string, unknown>(Object.entries(problem));
  const by = members.get('changedBy');
  const at = members.get('changedAt');
  const before = stateIn(members.get('expected'));
  const after = stateIn(members.get('current'));
  if (after === null) return null;
  const who = typeof by === 'string' ? clean(by) : 'somebody';
  const when = typeof at === 'string' ? ` at ${shortClock(at, zone, now)}` : '';
  const states = before === null || before === after ? `it is ${after}` : `${before} → ${after}`;
  return `not done: ${who} changed the campaign${when} (${states}); look again, then decide anew`;
}

function stateIn(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('state' in value)) return null;
  return typeof value.state === 'string' ? clean(value.state) : null;
}
