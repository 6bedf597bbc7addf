// The door of names: how a host finds addresses, and what Node's dns asks for it.

export { Channel, type ChannelHandle, QUERIES, type QueryMethod, type QueryReq } from './channel.ts';
export { LookupError, QueryError } from './errors.ts';
export { HybridChannel, type KernelChannelClass } from './hybrid-channel.ts';
export {
  hintsOf,
  type Lookups,
  lookUp,
  lookupErrorNumber,
  lookupsOver,
  type NamesFor,
  type Order,
} from './lookups.ts';
export { Names, type NamesOptions, namesOf, namesOptions } from './names.ts';
export { NameRedirects } from './redirects.ts';
export {
  type Answered,
  answerFrom,
  type DnsServer,
  type DnsServerOptions,
  serveDns,
  type Zone,
  type ZoneFailure,
  type ZoneRecord,
} from './server.ts';
