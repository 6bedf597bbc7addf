// Where a rule stands, as the page writes it.

/** `RFC 9293 § 3.10.7.4`; what names its RFC, figure or manual itself stays as it is. */
export function sectionText(section: string): string {
  return section
    .split(', ')
    .map((one) => (/^\d/.test(one) ? `RFC 9293 § ${one}` : one))
    .join(', ');
}
