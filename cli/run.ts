import { Command, CommanderError } from 'commander';
import { addAudienceCommands } from './audience.ts';
import { addCampaignCommands } from './campaign/command.ts';
import { addPreviewCommand } from './campaign/preview.ts';
import { addCapCommands } from './cap.ts';
import { addConsentCommands } from './consent.ts';
import { addContactCommands } from './contacts.ts';
import { addDemoCommand } from './demo/command.ts';
import { addDeskCommands } from './desk.ts';
import { addDoctorCommand } from './doctor.ts';
import { addDocumentCommands } from './document.ts';
import { Failure } from './failure.ts';
import { addGateCommands } from './gate.ts';
import { addHistoryCommands } from './history/command.ts';
import { addIdentityCommands } from './identity.ts';
import { addImageCommands } from './image.ts';
import { addImportCommands } from './import/command.ts';
import { addKeyCommands } from './key.ts';
import { paintFor, wantsColour } from './paint.ts';
import { addAgentCommands } from './people/agent.ts';
import { addAttributeCommands } from './people/attribute.ts';
import { addCustomerCommands } from './people/customer.ts';
import { addRecordCommands } from './people/record.ts';
import { addResponseCommands } from './response.ts';
import { addSignatureCommands } from './signature.ts';
import type { Surroundings } from './surroundings.ts';
import { addTemplateCommands } from './template.ts';
import { addUpCommand } from './up.ts';
import { addWorkListCommands } from './worklist.ts';

/** Runs one command line and answers the exit code of the process. The only place that shows an error. */
export async function run(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const program = buildProgram(surroundings);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof Failure) return showFailure(error, words.includes('--json'), surroundings);
    throw error;
  }
}

function buildProgram(surroundings: Surroundings): Command {
  const program = new Command('sluice')
    .description('Sends a mailing in batches, only as fast as the people who must answer it can cope.')
    .exitOverride()
    .configureOutput({
      writeOut: surroundings.out.write,
      writeErr: surroundings.err.write,
      getOutHelpWidth: () => Math.min(100, surroundings.out.size().columns),
      getErrHelpWidth: () => Math.min(100, surroundings.err.size().columns),
    })
    .showHelpAfterError('(sluice help COMMAND shows how it is used)')
    .addHelpText('after', exitCodes);
  addUpCommand(program, surroundings);
  addDemoCommand(program, surroundings);
  addDoctorCommand(program, surroundings);
  addContactCommands(program, surroundings);
  addCustomerCommands(program, surroundings);
  addAgentCommands(program, surroundings);
  addRecordCommands(program, surroundings);
  addAttributeCommands(program, surroundings);
  addImportCommands(program, surroundings);
  addConsentCommands(program, surroundings);
  addCapCommands(program, surroundings);
  addAudienceCommands(program, surroundings);
  addWorkListCommands(program, surroundings);
  addCampaignCommands(program, surroundings);
  addPreviewCommand(program, surroundings);
  addTemplateCommands(program, surroundings);
  addIdentityCommands(program, surroundings);
  addSignatureCommands(program, surroundings);
  addDocumentCommands(program, surroundings);
  addImageCommands(program, surroundings);
  addHistoryCommands(program, surroundings);
  addDeskCommands(program, surroundings);
  addResponseCommands(program, surroundings);
  addGateCommands(program, surroundings);
  addKeyCommands(program, surroundings);
  return program;
}

const exitCodes = `
Exit codes: 0 done, 1 fault, 2 wrong usage, 3 refused, 4 not found, 5 nothing answers.
With --json the answer of the API is printed, and an error is one JSON object on stderr.`;

function showFailure(failure: Failure, json: boolean, { err, env }: Surroundings): number {
  if (json) {
    const problem = failure.problem ?? { title: failure.message.split('\n')[0], detail: failure.message };
    err.write(`${JSON.stringify({ ...problem, exitCode: failure.exitCode })}\n`);
  } else {
    const paint = paintFor(wantsColour(env, err.isTTY));
    err.write(`${paint('bad', 'error:')} ${failure.message}\n`);
  }
  return failure.exitCode;
}
