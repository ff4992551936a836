import { variables } from './configuration-variables.ts';

/** The text of .env.example: every variable with its meaning and its default, all of them commented out. */
export function environmentExample(): string {
  const entries = Object.entries(variables).map(([name, { description, example, otherwise, secret }]) => {
    const file = secret === true ? ` Or ${name}_FILE with the path of a file.` : '';
    const standard = otherwise === undefined ? '' : ` Default: ${otherwise}`;
    return `${wrapped(`${description}${file}${standard}`)}\n#${setting(name, example)}\n`;
  });
  return `${introduction}\n${entries.join('\n')}`;
}

const introduction =
  '# The configuration of Sluice: environment variables only. Generated from the schema (npm run generate).\n' +
  '# `npm start` needs none of them; api and worker started alone need the first groups.\n';

/** A private key is many lines: the example shows the file's variable instead. */
function setting(name: string, example: string): string {
  return name === 'SLUICE_DKIM_KEY' ? `${name}_FILE=${example}` : `${name}=${example}`;
}

function wrapped(text: string): string {
  return text.replaceAll(/(.{1,110})(?:\s+|$)/g, '# $1\n').trimEnd();
}
