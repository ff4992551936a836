import type { TestApi } from './api.ts';

export const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Posts a table with the operator's key. Every answer to that is a JSON object. */
export async function uploadTo(api: TestApi, path: string, file: string | Buffer, type = 'text/csv') {
  const response = await fetch(`${api.url}${path}`, {
    method: 'POST',
    body: file,
    headers: { 'Content-Type': type, Authorization: `Bearer ${api.keys.operator}` },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
