// The door of the script parser.

export { codeConstants, errnoName, errnoNumber, type Platform, symbols } from './constants.ts';
export { defineTable, formatDefine, parseDefine } from './defines.ts';
export { ScriptError, Source } from './error.ts';
export { CodeContext, type CodeOutcome } from './expr.ts';
export type { CodeSequence, CodeValue } from './expr-format.ts';
export { icmpCode, icmpType } from './icmp-names.ts';
export { FLAG_BITS } from './packet.ts';
export { type ParseOptions, parseScript } from './parser.ts';
export {
  printEvent,
  printExpression,
  printFlags,
  printOption,
  printPacket,
  printScript,
  printSyscall,
} from './print.ts';
export { ipVersionOf, isOfSuite, suiteOptions } from './suite.ts';
export { isJudged, tcpOptionsLength } from './tcp-option.ts';
