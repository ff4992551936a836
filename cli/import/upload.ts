import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { Api, Query } from '../api.ts';
import { usage } from '../failure.ts';

/** Streams a table to the API, as CSV or as a workbook by what the file is; memory does not grow with the file. */
export async function upload<Answer>(
  api: Api,
  route: string,
  path: string,
  query: Query = {},
): Promise<Answer> {
  refuseNoFile(path);
  const type = tableType(path);
  const body = Readable.toWeb(createReadStream(path));
  return await api.send<Answer>('POST', route, { query, stream: { type, body } });
}

const workbookType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
/** A zip file, as .xlsx is one; and what old or encrypted workbooks begin with: the API says what to do with those. */
const workbookMagic = [Buffer.from('PK\u0003\u0004', 'latin1'), Buffer.from([0xd0, 0xcf, 0x11, 0xe0])];

function tableType(path: string): string {
  const opening = Buffer.alloc(4);
  const file = openSync(path, 'r');
  try {
    readSync(file, opening, 0, 4, 0);
  } finally {
    closeSync(file);
  }
  return workbookMagic.some((magic) => magic.equals(opening)) ? workbookType : 'text/csv';
}

function refuseNoFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw usage(`${path}: there is no such file`);
  if (!found.isFile()) throw usage(`${path} is no file`);
}
