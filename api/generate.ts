import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { environmentExample } from '../domain/schema/configuration-example.ts';
import { endpoints } from './endpoints.ts';
import { createOpenApi } from './openapi.ts';

/** Files in the repository that are made from the source, by their path. A test fails when one is not up to date. */
export function generatedFiles(): Readonly<Record<string, string>> {
  return {
    'docs/openapi.json': `${JSON.stringify(createOpenApi(endpoints), null, 2)}\n`,
    '.env.example': environmentExample(),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, text] of Object.entries(generatedFiles())) {
    await writeFile(new URL(`../${path}`, import.meta.url), text);
    console.log(`wrote ${path}`);
  }
}
