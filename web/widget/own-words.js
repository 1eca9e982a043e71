/**
 * The visitor's own words of a chat, to prefill a request with.
 */
import { isSpeech } from "../shared/chat-state.js";

/** @param {import("../shared/chat-state.js").ChatState} chat @param {string} unsent what stands in the composer */
export function ownWords({ lines, own }, unsent) {
  const said = lines.filter((line) => isSpeech(line) && line.by === "visitor");
  return [...said, ...own].map((message) => message.text).concat(unsent || []).join("\n");
}
