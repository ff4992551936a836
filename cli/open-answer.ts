import { problemOf, type Api } from './api.ts';
import { failureOf } from './problem-text.ts';

/** An answer that is no JSON, with its body unread. Fails with the problem that the API tells. */
export async function openAnswer(
  api: Api,
  path: string,
): Promise<Response & { body: NonNullable<Response['body']> }> {
  const response = await api.raw(path);
  if (!response.ok || !hasBody(response)) throw failureOf(problemOf(response, await response.text()));
  return response;
}

function hasBody(response: Response): response is Response & { body: NonNullable<Response['body']> } {
  return response.body !== null;
}
