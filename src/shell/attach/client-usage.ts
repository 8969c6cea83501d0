/** What `attach`, `exec` and `ls` take, as a text for people and as tables for the command line, completion and the manual page. */

/** Each has its row in CLIENT_ROWS. */
export const CLIENT_OPTIONS = {
  attach: {
    'read-only': { type: 'boolean' },
    color: { type: 'boolean' },
    'no-color': { type: 'boolean' },
    help: { type: 'boolean' },
  },
  exec: {
    json: { type: 'boolean' },
    'keep-going': { type: 'boolean', short: 'k' },
    follow: { type: 'boolean', short: 'f' },
    'read-only': { type: 'boolean' },
    help: { type: 'boolean' },
  },
  ls: { json: { type: 'boolean' }, targets: { type: 'boolean' }, help: { type: 'boolean' } },
} as const;

export type ClientWord = keyof typeof CLIENT_OPTIONS;

export const isClientWord = (word: string): word is ClientWord => Object.hasOwn(CLIENT_OPTIONS, word);

/** In the columns of the program's own usage. */
export const CLIENT_ROWS = `  --read-only              attach, exec: only what changes nothing
  --json                   exec: each line is answered by one JSON value on one
                           line, what goes on, such as trace and watch, by one
                           for each time; a LINE may end with --json for
                           itself; ls: all nodes as one JSON value
  -k, --keep-going         exec: go on after a line that failed
  -f, --follow             exec: then tell what happens, until Ctrl-C
  --targets                ls: for each node a line with a TARGET that is its
                           own
  --color, --no-color      attach: default: unless NO_COLOR or FORCE_COLOR says
  --help`;

export const TARGET_TEXT = `TARGET is a port, host:port, the beginning of a node id, a pid or the path of a
socket; without it the only node that runs.`;

export const CLIENT_USAGE = `usage: peersh attach [TARGET] [--read-only] [--color|--no-color]
       peersh exec [TARGET] LINE… [--json] [-k] [--read-only] [--follow]
       peersh ls [--json|--targets]
${TARGET_TEXT}
${CLIENT_ROWS}
exec without LINE runs the lines of standard input. JavaScript needs a node
that was started with --allow-eval. Exit codes: 0 ok, 1 a command failed or the
node went away, 2 wrong usage, 3 no such node, 4 timed out, 130 interrupted.`;
