/** The events of a stream, from libllm's numbers and text to objects. */
import { EVENT } from './abi.js';

/** Whether this version knows the kind of event, among those that a stream may have. */
export function isKnown(kind) {
  return kind >= EVENT.TEXT && kind <= EVENT.ERROR;
}

/**
 * @param {number} kind LLM_EVENT_*
 * @param {string} text the event's data
 * @returns {import('./index.js').StreamEvent | undefined} undefined for a kind that this version does not know
 */
export function eventFrom(kind, text) {
  switch (kind) {
    case EVENT.TEXT:
      return { kind: 'text', text };
    case EVENT.REASONING:
      return { kind: 'reasoning', text };
    case EVENT.TOOL_CALL_DELTA:
      return { ...JSON.parse(text), kind: 'toolCallDelta' };
    case EVENT.TOOL_CALL:
      return { ...JSON.parse(text), kind: 'toolCall' };
    case EVENT.RESPONSE:
      return { kind: 'response', response: JSON.parse(text) };
    default:
      return undefined;
  }
}
