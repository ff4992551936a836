import { Option, type Command } from 'commander';
import { deliveryStates } from '../../domain/delivery-state.ts';
import { sendListOrders } from '../../domain/send-list.ts';
import type { Campaign, Explanation, List, RecipientRow, SendList, SplitDone } from '../answers.ts';
import { apiCommand, openSession, tableWidth, type CommonOptions, type Session } from '../command.ts';
import { usage } from '../failure.ts';
import { count, plural } from '../numbers.ts';
import type { Surroundings } from '../surroundings.ts';
import { clean } from '../terminal-text.ts';
import { findCampaignId } from './find-campaign.ts';
import { findContactId } from './find-recipient.ts';
import { recipientTable } from './recipients.ts';

interface QueueOptions extends CommonOptions {
  readonly state?: string;
  readonly limit?: string;
  readonly cursor?: string;
  readonly reason?: string;
  readonly before?: string;
  readonly first?: boolean;
  readonly last?: boolean;
  readonly by?: string;
  readonly size?: string;
  readonly parts?: string;
}

/** `sluice campaign queue …`: the send list, looked at and edited before it goes forward and while it is sent. */
export function addQueueCommands(campaign: Command, surroundings: Surroundings): void {
  const queue = campaign
    .command('queue')
    .description('the send list: look at it, edit it, send it forward')
    .addHelpText('after', '\nWithout a command it shows the list: sluice campaign queue ID');
  apiCommand(queue, 'show <id>', 'who is in it, in which order', { isDefault: true })
    .addOption(new Option('--state <state>', 'only those in this state').choices(deliveryStates))
    .option('--limit <n>', 'how many (1–500, default 50)')
    .option('--cursor <cursor>', 'go on where the last list ended')
    .action(async (typed: string, options: QueueOptions) => showQueue(typed, options, surroundings));
  const on = editor(surroundings);
  edit(queue, 'lay-out <id>', 'freeze the audience of a draft into a list that can be edited').action(
    on(
      async (session, path, body) => session.api.send<SendList>('PUT', `${path}/send-list`, { body }),
      sayList,
    ),
  );
  edit(queue, 'discard <id>', 'throw the list of a draft away').action(
    on(
      async (session, path, query) => session.api.send<SendList>('DELETE', `${path}/send-list`, { query }),
      sayList,
    ),
  );
  addRecipientEdits(queue, surroundings);
  edit(queue, 'order <id>', 'put everybody who is planned into an order')
    .addOption(
      new Option('--by <order>', 'customer, name or random').choices(sendListOrders).makeOptionMandatory(),
    )
    .action(
      on(
        async (session, path, { reason }, { by }) =>
          session.api.send<SendList>('PUT', `${path}/order`, { body: { by, ...reasonOf(reason) } }),
        sayList,
      ),
    );
  edit(queue, 'split <id>', 'split what is not sent yet; the first part stays, the others become drafts')
    .option('--size <n>', 'so many people in each part')
    .option('--parts <n>', 'so many parts')
    .action(
      on(
        async (session, path, { reason }, options) =>
          session.api.send<SplitDone>('POST', `${path}/splits`, {
            body: { ...parted(options), ...reasonOf(reason) },
          }),
        saySplit,
      ),
    );
  apiCommand(queue, 'forward <id>', 'send it: the same as campaign start').action(
    on(
      async (session, path) => session.api.send<Campaign>('PUT', `${path}/start`, { body: {} }),
      ({ state, counts }) => [`${state}: ${plural(counts.planned, 'mail')} to send`],
    ),
  );
}

function addRecipientEdits(queue: Command, surroundings: Surroundings): void {
  edit(queue, 'add <id> <address>', 'add one person at the end').action(
    onRecipient(surroundings, async (session, path, reason) =>
      session.api.send<Explanation>('PUT', path, { body: reasonOf(reason) }),
    ),
  );
  edit(queue, 'remove <id> <address>', 'take one person out').action(
    async (typed: string, address: string, options: QueueOptions) => {
      const session = openSession(options, surroundings);
      const path = await recipientPath(session, typed, address);
      const list = await session.api.send<SendList>('DELETE', path, { query: { reason: options.reason } });
      session.answer(list, () => sayList(list));
    },
  );
  edit(queue, 'move <id> <address>', 'give one who is planned another place')
    .option('--before <address>', 'before this person')
    .option('--first', 'before everybody who is planned')
    .option('--last', 'behind everybody')
    .action(
      onRecipient(surroundings, async (session, path, reason, options) => {
        const body = { ...(await placeOf(session, options)), ...reasonOf(reason) };
        return session.api.send<Explanation>('PUT', `${path}/position`, { body });
      }),
    );
}

async function showQueue(typed: string, options: QueueOptions, surroundings: Surroundings): Promise<void> {
  const session = openSession(options, surroundings);
  const id = await findCampaignId(session.api, typed);
  const { state, limit, cursor } = options;
  const list = await session.api.get<List<RecipientRow>>(`/v1/campaigns/${id}/recipients`, {
    state,
    limit,
    cursor,
  });
  session.answer(list, () => [
    ...(list.items.length === 0
      ? [`Nobody. A draft has a list when it is laid out: sluice campaign queue lay-out ${id.slice(0, 8)}`]
      : recipientTable(list.items, tableWidth(surroundings))),
    ...(list.next === null ? [] : [`more: --cursor ${list.next}`]),
  ]);
}

function edit(queue: Command, spec: string, description: string): Command {
  return apiCommand(queue, spec, description).option('--reason <text>', 'why; kept in the history');
}

/** An edit of the whole list: sends it, shows what the API answers. */
function editor(surroundings: Surroundings) {
  return <Answer>(
    send: (
      session: Session,
      path: string,
      why: { reason?: string },
      options: QueueOptions,
    ) => Promise<Answer>,
    say: (answer: Answer) => readonly string[],
  ) =>
    async (typed: string, options: QueueOptions): Promise<void> => {
      const session = openSession(options, surroundings);
      const path = `/v1/campaigns/${await findCampaignId(session.api, typed)}`;
      const answer = await send(session, path, reasonOf(options.reason), options);
      session.answer(answer, () => say(answer));
    };
}

function onRecipient(
  surroundings: Surroundings,
  send: (
    session: Session,
    path: string,
    reason: string | undefined,
    options: QueueOptions,
  ) => Promise<Explanation>,
) {
  return async (typed: string, address: string, options: QueueOptions): Promise<void> => {
    const session = openSession(options, surroundings);
    const path = await recipientPath(session, typed, address);
    const done = await send(session, path, options.reason, options);
    session.answer(done, () => [`${clean(done.email)}: ${clean(done.sentence)}`]);
  };
}

async function recipientPath({ api }: Session, typed: string, address: string): Promise<string> {
  const id = await findCampaignId(api, typed);
  return `/v1/campaigns/${id}/recipients/${await findContactId(api, address)}`;
}

async function placeOf({ api }: Session, { before, first, last }: QueueOptions): Promise<object> {
  const given = [before, first, last].filter((each) => each !== undefined);
  if (given.length !== 1) throw usage('say where to: --before ADDRESS, --first or --last');
  if (before !== undefined) return { before: await findContactId(api, before) };
  return { to: first === true ? 'first' : 'last' };
}

function parted({ size, parts }: QueueOptions): object {
  if ((size === undefined) === (parts === undefined)) throw usage('say how to split: --size N or --parts N');
  return size === undefined
    ? { parts: wholeNumber('--parts', parts) }
    : { size: wholeNumber('--size', size) };
}

function wholeNumber(option: string, text = ''): number {
  if (!/^\d{1,9}$/.test(text)) throw usage(`${option} takes a whole number (got ${clean(text)})`);
  return Number(text);
}

function reasonOf(reason: string | undefined): { reason?: string } {
  return reason === undefined ? {} : { reason };
}

function sayList({ laidOutAt, counts }: SendList): string[] {
  if (laidOutAt === null) return ['no send list: the audience is open'];
  const skipped = counts.skipped === 0 ? '' : `, ${count(counts.skipped)} skipped`;
  return [`${plural(counts.planned, 'mail')} to send${skipped}, ${count(counts.total)} in all`];
}

function saySplit(split: SplitDone): string[] {
  return [
    `stays: ${plural(split.counts.planned, 'mail')}`,
    ...split.parts.map(({ campaign, count: size }) => `${campaign}: ${plural(size, 'mail')}`),
  ];
}
