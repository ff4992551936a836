import type { Activity, SentMail } from '../answers.ts';
import { stateName } from '../campaign/state-words.ts';
import { table } from '../table.ts';
import { clean } from '../terminal-text.ts';
import { clock } from '../times.ts';

/** Mails in UTC: the campaigns of a person live in several zones. */
const zone = 'UTC';

export function mailTable(mails: readonly SentMail[], now: Date, width: number): string[] {
  return table(
    mails,
    [
      { title: `AT (${zone})`, of: ({ at }) => (at === null ? 'to come' : clock(at, zone, now)) },
      { title: 'ADDRESS', of: ({ contact }) => clean(contact.email) },
      { title: 'CAMPAIGN', of: ({ campaign }) => clean(campaign.name), gives: true },
      { title: 'BY', of: ({ startedBy, createdBy }) => clean(startedBy ?? createdBy) },
      { title: 'STATE', of: ({ state }) => stateName(state) },
      { title: 'DOCUMENTS', of: ({ documents }) => documents.map(sayDocument).join('; ') },
      { title: 'WHY', of: whyOf },
    ],
    width,
  );
}

export function activityTable(activities: readonly Activity[], now: Date, width: number): string[] {
  return table(
    activities,
    [
      { title: `AT (${zone})`, of: ({ at }) => clock(at, zone, now) },
      { title: 'WHAT', of: ({ mark }) => clean(mark) },
      { title: 'ADDRESS', of: ({ contact }) => clean(contact.email) },
      { title: 'CAMPAIGN', of: ({ campaign }) => clean(campaign.name), gives: true },
    ],
    width,
  );
}

function sayDocument({ title, version, as, forced }: SentMail['documents'][number]): string {
  const how = as === null || as === 'attachment' ? '' : ` as ${as}`;
  const why = forced === null ? '' : ` (again, by ${clean(forced.by)}${becauseOf(forced.reason)})`;
  return `${clean(title)} ${version}${how}${why}`;
}

function whyOf({ bounce, reason, complainedAt }: SentMail): string {
  const said =
    bounce === null
      ? (reason?.text ?? '')
      : [bounce.code, bounce.enhanced, bounce.text].filter(Boolean).join(' ');
  return clean([said, complainedAt === null ? '' : 'complained'].filter((part) => part !== '').join('; '));
}

function becauseOf(reason: string | null): string {
  return reason === null ? '' : `: ${clean(reason)}`;
}
