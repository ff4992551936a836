import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the program's sources or its build lie. */
const programFolder = dirname(dirname(fileURLToPath(import.meta.url)));

/** `SLUICE_DATA_DIR`, else `.sluice` beside the program: the same folder wherever a command is called from. */
export function dataFolder(given: string | undefined): string {
  return given === undefined || given === '' ? join(programFolder, '.sluice') : resolve(given);
}
