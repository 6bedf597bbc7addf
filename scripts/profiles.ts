// docs/profiles.md: what the profiles of hosts are, each choice with its value and source. Run, it writes the page.

import { writeFileSync } from 'node:fs';
import { type HostProfile, hostProfiles } from '../src/host/index.ts';

/** Where the page is. */
export const PAGE = new URL('../docs/profiles.md', import.meta.url);

const HEAD = `# Profiles

What the RFCs leave free, each system has chosen: how large its buffers are, how long it repeats a SYN, what it does in
the corners that the texts do not reach. A profile is such a choice:

\`\`\`
new Host({ profile: 'linux' })     // 'rfc' is the default
\`\`\`

\`tcp: { … }\` of a host is set on top of its profile. \`rules\`, for experiments, takes the place of the profile's rules.
The referee of scripts (\`synfin drill --profile linux|freebsd|rfc\`) runs its scripts against the same profiles.

A setting that a profile does not name is as in \`rfc\`. Times are milliseconds, sizes octets; what a setting does stands in
[the guide](guide/tuning.md#settings-of-tcp). A **rule** in a table is a step of RFC 9293 that the system does otherwise.
The tables are made of the profiles themselves, by \`node scripts/profiles.ts\`.`;

const ABOUT: Readonly<Record<HostProfile['name'], string>> = {
  rfc: 'The default. Where an RFC recommends a value it is that; where none does, it is mostly Linux’s.',
  linux: `Linux since 6.5. What its sysctls and headers say; names that begin with \`tcp_\` are of \`net.ipv4\`, those in capitals of
\`include/net/tcp.h\`.`,
  freebsd: 'FreeBSD 14. What its sysctls and headers say.',
};

/** The page. */
export function profilesPage(): string {
  const parts = Object.values(hostProfiles).map(({ name, tcp, sources }) => {
    const settings: Readonly<Record<string, unknown>> = { ...tcp };
    const rows = [...sources].map(([choice, source]) => {
      const value = choice in settings ? `\`${settings[choice]}\`` : 'a rule';
      return `| \`${choice}\` | ${value} | ${source} |`;
    });
    return [
      `## ${name}`,
      ABOUT[name],
      ['| choice | value | source |', '|---|---|---|', ...rows].join('\n'),
    ].join('\n\n');
  });
  return `${[HEAD, ...parts].join('\n\n')}\n`;
}

if (import.meta.main) writeFileSync(PAGE, profilesPage());
