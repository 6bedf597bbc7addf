// The door of DNS messages as octets (RFC 1035): questions, answers, and how they stand in a stream; nothing of any runtime.

export { framed, readMessage } from './framing.ts';
export {
  type AnswerRecord,
  answers,
  decodeQuery,
  decodeResponse,
  encodeQuestion,
  isAskable,
  isHostName,
  nameKey,
  octetsOf,
  type Query,
  type Question,
  RECORD_TYPES,
  type RecordType,
  type Response,
  recordsFor,
  sameName,
  withoutDot,
} from './message.ts';
