import { pathToFileURL } from 'node:url';
import { messageIdOf } from '../../domain/message-id.ts';
import type { Content } from '../../domain/schema/content.ts';
import { compileMail } from '../../mail/compile.ts';
import { sampleContent, sampleContentWithLogic, sampleIdentity, sampleRecipient } from './sample-content.ts';

const campaignId = '3b241101-e2bb-4255-8caf-4136c566a962';

/** Fills `count` mails on one core and says how fast. */
export async function measureFill(
  count: number,
  content: Content = sampleContent,
): Promise<{ perSecond: number; octets: number }> {
  const skeleton = await compileMail({
    campaignId,
    campaignName: 'Server upgrade',
    identity: sampleIdentity,
    content,
  });
  const recipients = Array.from({ length: 1000 }, (_, index) => sampleRecipient(index));
  const ids = recipients.map(({ contactId }) => messageIdOf(campaignId, contactId, skeleton.options.domain));
  const fillOne = (index: number): number => {
    const recipient = recipients[index % 1000] ?? sampleRecipient(0);
    const input = { recipient, messageId: ids[index % 1000] ?? '', date: 1_796_108_400_000 + index };
    const result = skeleton.fill(input);
    if (!result.ok) throw new Error(result.reason.text);
    return result.message.length;
  };
  for (let index = 0; index < Math.min(count, 5000); index++) fillOne(index);
  const started = performance.now();
  let octets = 0;
  for (let index = 0; index < count; index++) octets += fillOne(index);
  return {
    perSecond: Math.round((count * 1000) / (performance.now() - started)),
    octets: Math.round(octets / count),
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const plain = await measureFill(200_000);
  const logic = await measureFill(40_000, sampleContentWithLogic);
  process.stdout.write(
    `fill: ${plain.perSecond}/s of ${plain.octets} octets; with one condition ${logic.perSecond}/s of ${logic.octets} octets\n`,
  );
}
