// The chat list on the left and the bubbles in the middle.

import { colourOf, directionOf, element, icon, initialsOf, richText } from "./elements.js";
import { currentLanguage, label } from "./labels.js";

const TICKS = { PENDING: "◷", SERVER_ACK: "✓", DELIVERY_ACK: "✓✓", READ: "✓✓", PLAYED: "✓✓", ERROR: "!" };
const MEDIA = { audio: "voiceNote", image: "image", location: "location", document: "other", sticker: "other", contact: "other" };

export function keyOf(chat) {
  return `${chat.instance}|${chat.chat_id}`;
}

export function nameOf(contact) {
  return contact.push_name || (contact.phone ? `+${contact.phone}` : contact.chat_id);
}

const STEPS = ["PENDING", "SERVER_ACK", "DELIVERY_ACK", "READ", "PLAYED", "ERROR"];

// A loaded list with what the live feed told meanwhile: neither a message nor a tick is lost to the race.
export function joinMessages(loaded, heard) {
  const joined = new Map(loaded.map((message) => [message.message_id, message]));
  for (const message of heard) {
    const known = joined.get(message.message_id);
    if (!known || STEPS.indexOf(message.status) > STEPS.indexOf(known.status)) joined.set(message.message_id, message);
  }
  return [...joined.values()].sort((one, other) => one.sent_at - other.sent_at);
}

function timeOf(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString(currentLanguage(), { hour: "2-digit", minute: "2-digit" });
}

function dayOf(seconds) {
  const day = new Date(seconds * 1000);
  const today = new Date();
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (day.toDateString() === today.toDateString()) return label("today");
  if (day.toDateString() === yesterday.toDateString()) return label("yesterday");
  return day.toLocaleDateString(currentLanguage(), { day: "numeric", month: "long", year: "numeric" });
}

// What a message says, or what kind of thing it is where it says nothing.
function summaryOf(message) {
  return message.text || label(MEDIA[message.kind] || "other");
}

function ticks(status) {
  const node = element("span", { className: `ticks ${status.toLowerCase()}`, text: TICKS[status] || "", title: label(status) });
  node.setAttribute("role", "img");
  return node;
}

export function markTicks(list, messageId, status) {
  const old = list.querySelector(`[data-message-id="${CSS.escape(messageId)}"] .ticks`);
  if (old) old.replaceWith(ticks(status));
}

export function paintChatRow(chat, { current, clinicTitle, open }) {
  const { contact, last, unread } = chat;
  const name = nameOf(contact);
  const mine = last.author === "patient";
  const snippet = summaryOf(last).replace(/\s+/gu, " ");
  const row = element(
    "button",
    { className: "chat-row", type: "button" },
    element("span", { className: `avatar ${colourOf(keyOf(chat))}`, text: initialsOf(name), "aria-hidden": "true" }),
    element(
      "span",
      { className: "chat-words" },
      element("span", { className: "chat-top" },
        element("bdi", { className: "chat-title", text: name }),
        element("time", { text: timeOf(last.sent_at) })),
      element("span", { className: "chat-clinic", text: clinicTitle, dir: "auto" }),
      element("span", { className: "chat-top" },
        element("span", { className: "chat-last", text: mine ? `${label("you")}: ${snippet}` : snippet, dir: directionOf(snippet) }),
        unread ? element("span", { className: "badge", text: String(unread), title: `${unread} ${label("unread")}` }) : ""),
    ),
  );
  if (current) row.setAttribute("aria-current", "true");
  row.addEventListener("click", open);
  return element("li", {}, row);
}

// One bubble. `showThought` is called for the little button beside an answer.
export function paintMessage(message, { showThought }) {
  const mine = message.author === "patient";
  const text = summaryOf(message);
  const direction = directionOf(text);
  const body = element("div", { className: "text", dir: direction }, ...richText(text));
  const foot = element("span", { className: "foot" }, element("time", { text: timeOf(message.sent_at) }));
  if (mine) foot.append(ticks(message.status));
  const author = { patient: "you", assistant: "assistant", staff: "staffMember" }[message.author];
  const bubble = element("div", { className: "bubble" });
  if (MEDIA[message.kind]) body.prepend(icon(MEDIA[message.kind] === "other" ? "other" : message.kind));
  bubble.append(element("span", { className: message.author === "staff" ? "author" : "hidden", text: label(author) }), body, foot);
  const item = element("li", { className: `message ${mine ? "mine" : "theirs"} ${message.author}`, "data-message-id": message.message_id }, bubble);
  if (message.author === "assistant") {
    const ask = element("button", { className: "ask", type: "button", title: label("showThought") }, icon("thought"));
    ask.addEventListener("click", () => showThought(message.message_id));
    item.append(ask);
  }
  return item;
}

// All bubbles of a chat, with a line between days.
export function paintMessages(list, messages, options) {
  const items = [];
  let day = "";
  for (const message of messages) {
    const next = dayOf(message.sent_at);
    if (next !== day) items.push(element("li", { className: "day", text: next }));
    day = next;
    items.push(paintMessage(message, options));
  }
  list.replaceChildren(...items);
}
