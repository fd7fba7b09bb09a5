/** Ends a command of package.json with what went wrong in one line: a stack helps nobody who runs it. */
export async function runCommand(name: string, command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    console.error(`npm run ${name}: ${messageOf(error as Error)}`);
    process.exitCode = 1;
  }
}

/** `fetch` says no more than that it failed; its cause says why. */
function messageOf({ message, cause }: Error): string {
  return cause instanceof Error && cause.message ? `${message}: ${cause.message}` : message;
}
