// The panel beside the chat: what led to each answer.

import { element } from "./elements.js";
import { label } from "./labels.js";

function plain(value) {
  if (value === null || value === undefined || value === "") return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function fact(name, ...content) {
  return element("div", { className: "fact" }, element("dt", { text: label(name) }), element("dd", { dir: "auto" }, ...content));
}

function relevance(value) {
  const share = Number(value) || 0;
  const meter = element("meter", { min: "0", max: "1" });
  meter.value = share;
  return [element("span", { text: share.toFixed(2) }), meter];
}

function tools(list) {
  if (!list || !list.length) return [label("none")];
  return list.map((tool) =>
    element("div", { className: "tool" },
      element("span", { className: tool.ok ? "good" : "bad", text: tool.ok ? "✓" : "✗" }),
      element("code", { text: tool.name }),
      element("code", { className: "arguments", text: plain(tool.arguments), dir: "ltr" })));
}

function timings(steps) {
  const entries = Object.entries(steps || {});
  if (!entries.length) return ["–"];
  const longest = Math.max(...entries.map(([, milliseconds]) => Number(milliseconds) || 0), 1);
  return entries.map(([step, milliseconds]) => {
    const bar = element("meter", { min: "0", max: String(longest), className: "time", "aria-hidden": "true" });
    bar.value = Number(milliseconds) || 0;
    return element("div", { className: "timing", dir: "ltr" },
      element("span", { text: step }), bar, element("span", { text: `${Math.round((Number(milliseconds) || 0) * 10) / 10} ms` }));
  });
}

function card(message, thought, open) {
  const facts = element("dl", {},
    fact("intent", element("strong", { text: plain(thought.intent) })),
    fact("state", element("code", { text: plain(thought.state) })),
    fact("language", plain(thought.language)),
    fact("relevance", ...relevance(thought.relevance)),
    fact("context", label(thought.context_injected ? "used" : "notUsed")),
    fact("tools", ...tools(thought.tools)),
    fact("followUp", plain(thought.follow_up)),
    fact("escalated", element("span", { className: thought.escalated ? "bad" : "", text: label(thought.escalated ? "yes" : "no") })),
    fact("reasons", ...(thought.reasons && thought.reasons.length ? thought.reasons.map((reason) => element("div", { text: plain(reason) })) : ["–"])),
    fact("timings", ...timings(thought.timings)),
    fact("trace", element("code", { className: "trace", text: plain(thought.trace_id), dir: "ltr" })));
  const summary = element("summary", { dir: "auto" },
    element("strong", { text: plain(thought.intent) }),
    element("span", { className: "quote", text: message.text.replace(/\s+/gu, " "), dir: "auto" }));
  const details = element("details", { className: "thought", "data-thought-of": message.message_id }, summary, facts);
  details.open = open;
  return details;
}

// Newest first; the chosen one, or else the newest, is open.
export function paintThoughts(list, messages, thoughts, chosen) {
  const answered = messages.filter((message) => thoughts.has(message.message_id)).reverse();
  const wanted = chosen && thoughts.has(chosen) ? chosen : answered[0]?.message_id;
  list.replaceChildren(...answered.map((message) => card(message, thoughts.get(message.message_id), message.message_id === wanted)));
  return answered.length;
}

export function openThought(list, messageId) {
  const found = list.querySelector(`[data-thought-of="${CSS.escape(messageId)}"]`);
  if (!found) return;
  for (const details of list.querySelectorAll("details")) details.open = details === found;
  found.querySelector("summary").focus();
  found.scrollIntoView({ block: "nearest" });
}
