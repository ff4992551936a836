import { ContentRefused } from '../mail/content/faults.ts';
import { renderPreview, type Preview, type PreviewRequest } from '../mail/preview.ts';
import { refuse } from './check-input.ts';

/** The id of nothing: for a mail that belongs to no campaign or to nobody. */
export const noId = '00000000-0000-0000-0000-000000000000';

/** A mail as one recipient gets it. Throws 422 with the place of everything that cannot be sent. */
export async function renderOrRefuse(request: PreviewRequest): Promise<Preview> {
  return orRefuse(() => renderPreview(request));
}

/** Translates what a content is refused for into 422. */
export async function orRefuse<T>(make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof ContentRefused)) throw error;
    throw refuse(
      'contentRefused',
      error.faults.map(({ pointer, line, column, detail }) => ({ pointer, line, column, detail })),
    );
  }
}
