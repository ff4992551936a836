import { unknownPerson } from '../domain/recipient.ts';
import type { Content, Signature } from '../domain/schema/content.ts';
import { Problem } from './problem.ts';
import { noId, renderOrRefuse } from './rendered-mail.ts';

/** RFC 2606: domains that nobody has. */
const anybody = unknownPerson('anybody@example.invalid', noId);
const sender = { name: 'Anybody', address: 'anybody@example.invalid' };

/**
 * Throws 422 with the place of everything in a template's content that cannot be sent. Which response links there are is its campaigns'
 * affair: every name counts as declared.
 */
export async function checkTemplate(content: Content): Promise<void> {
  await checkAlone(content);
}

/** The same for a signature; the pointers are those of its own fields. */
export async function checkSignature(signature: Signature): Promise<void> {
  try {
    await checkAlone({ subject: 'x', html: '<p>x</p>', text: 'x' }, signature);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const errors = (error.more.errors ?? []).map((fault) => ({
      ...fault,
      pointer: fault.pointer.replace(/^\/signature/, ''),
    }));
    throw new Problem(error.type, error.message.replaceAll('/signature/', '/'), { ...error.more, errors });
  }
}

async function checkAlone(content: Content, signature: Signature | null = null): Promise<void> {
  await renderOrRefuse({
    campaignId: noId,
    campaignName: 'Template',
    identity: sender,
    content,
    signature,
    links: everyLink([...Object.values(content), signature?.html, signature?.text]),
    recipient: anybody,
    messageId: `<${noId}@example.invalid>`,
    date: 0,
  });
}

function everyLink(sources: readonly unknown[]) {
  const names = sources.flatMap((source) =>
    typeof source === 'string' ? [...source.matchAll(/\blinks\.(\w+)/g)].map(([, name = '']) => name) : [],
  );
  return { names: [...new Set(names)], urlOf: () => 'https://example.invalid/' };
}
