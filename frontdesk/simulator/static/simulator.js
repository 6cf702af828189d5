// The page: which chat is open, what is known of the others, and who listens to what.

import { colourOf, directionOf, element, fillSelect, initialsOf } from "./elements.js";
import { connectFaults, paintFaults } from "./faults.js";
import { listen, load, post } from "./gateway.js";
import { label, speak } from "./labels.js";
import { joinMessages, keyOf, markTicks, nameOf, paintChatRow, paintMessage, paintMessages } from "./messages.js";
import { connectNewChat, offerNewChat } from "./new_chat.js";
import { findChoices, LANGUAGES, PHRASES } from "./phrases.js";
import { openThought, paintThoughts } from "./thoughts.js";

const by = (id) => document.getElementById(id);
const THOUGHT_TRIES_MS = [150, 600, 1500, 4000, 10000];

const chats = new Map(); // key → {instance, chat_id, contact, last, unread}
let instances = [];
let current = null; // {instance, chat_id, contact}
let messages = [];
let thoughts = new Map();
let faults = {};
let presenceTimer = 0;

// ---- words and lists

function remembered(name, otherwise) {
  try {
    return localStorage.getItem(`simulator.${name}`) || otherwise;
  } catch {
    return otherwise;
  }
}

function remember(name, value) {
  try {
    localStorage.setItem(`simulator.${name}`, value);
  } catch {
    // A browser that keeps nothing only forgets the choice.
  }
}

function complain(error) {
  by("toast").textContent = error.message;
  by("toast").hidden = false;
  setTimeout(() => { by("toast").hidden = true; }, 5000);
}

function titleOf(name) {
  return instances.find((instance) => instance.name === name)?.title || name;
}

function paintWords() {
  speak(by("page-language").value);
  const clinics = instances.map((instance) => [instance.name, instance.title]);
  fillSelect(by("clinic-filter"), [["", label("allClinics")], ...clinics], by("clinic-filter").value);
  fillSelect(by("new-clinic"), clinics, by("new-clinic").value || clinics[0]?.[0]);
  paintChats();
  if (current) {
    paintHeader();
    paintMessages(by("messages"), messages, { showThought });
    paintPanel();
  }
}

function paintChats() {
  const wanted = by("clinic-filter").value;
  const shown = [...chats.values()].filter((chat) => !wanted || chat.instance === wanted);
  shown.sort((one, other) => other.last.sent_at - one.last.sent_at);
  by("chat-list").replaceChildren(...shown.map((chat) => paintChatRow(chat, {
    current: current && keyOf(current) === keyOf(chat),
    clinicTitle: titleOf(chat.instance),
    open: () => openChat(chat.contact),
  })));
  by("no-chats").hidden = shown.length > 0;
}

function paintHeader(doing) {
  const name = nameOf(current.contact);
  by("chat-avatar").textContent = initialsOf(name);
  by("chat-avatar").className = `avatar ${colourOf(keyOf(current))}`;
  by("chat-name").textContent = name;
  by("chat-under").textContent = doing ? `${titleOf(current.instance)} · ${label(doing)}` : titleOf(current.instance);
  by("chat-under").classList.toggle("busy", Boolean(doing));
}

function paintPhrases() {
  const language = by("phrase-language").value;
  by("phrases").replaceChildren(...PHRASES[language].map((phrase) => chip(phrase, () => say({ text: phrase }))));
}

function chip(text, act) {
  const button = element("button", { className: "chip", type: "button", text, dir: directionOf(text) });
  button.addEventListener("click", act);
  return button;
}

function paintChoices() {
  const last = messages[messages.length - 1];
  const choices = last && last.author !== "patient" ? findChoices(last.text) : [];
  by("choices").replaceChildren(...choices.map(({ number, title }) => chip(`${number} · ${title}`, () => say({ text: number }))));
  by("choices").hidden = choices.length === 0;
}

function scrollDown() {
  by("messages").scrollTop = by("messages").scrollHeight;
}

// ---- the open chat

async function openChat(contact) {
  current = { instance: contact.instance, chat_id: contact.chat_id, contact };
  messages = [];
  thoughts = new Map();
  const known = chats.get(keyOf(current));
  if (known) known.unread = 0;
  by("app").classList.add("in-chat");
  by("no-chat").hidden = true;
  by("below").hidden = false;
  by("phrase-language").value = PHRASES[contact.language] ? contact.language : "en";
  paintHeader();
  paintPhrases();
  await reloadMessages();
  if (!matchMedia("(max-width: 760px)").matches) by("draft").focus();
}

async function reloadMessages() {
  const { instance, chat_id } = current;
  const found = await load("control/messages", { instance, chat_id });
  if (!current || current.instance !== instance || current.chat_id !== chat_id) return;
  messages = joinMessages(found, messages);
  paintMessages(by("messages"), messages, { showThought });
  paintChats();
  paintChoices();
  scrollDown();
  await loadThoughts();
}

async function say(said) {
  const { instance, contact } = current;
  try {
    await post("control/say", {
      instance, phone: contact.phone, lid: contact.lid, push_name: contact.push_name, language: contact.language, ...said,
    });
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

function receiveMessage(message, contact) {
  const key = keyOf(message);
  const open = current && keyOf(current) === key;
  const chat = chats.get(key) || { instance: message.instance, chat_id: message.chat_id, unread: 0 };
  Object.assign(chat, { contact, last: message });
  if (!open && message.author !== "patient") chat.unread += 1;
  chats.set(key, chat);
  paintChats();
  if (!open || messages.some((known) => known.message_id === message.message_id)) return;
  messages.push(message);
  if (messages.length === 1 || message.sent_at < messages[messages.length - 2].sent_at) {
    messages.sort((one, other) => one.sent_at - other.sent_at);
    paintMessages(by("messages"), messages, { showThought });
  } else {
    by("messages").append(paintMessage(message, { showThought }));
  }
  if (message.author !== "patient") paintHeader();
  paintChoices();
  scrollDown();
  if (message.author === "assistant") waitForThought(message.message_id);
}

// ---- what the system thought

// A thought never changes: only those not yet known are asked for, and an answer that comes late takes none away.
async function loadThoughts(chosen) {
  const asked = current;
  const known = thoughts;
  const ids = messages.map((message) => message.author === "assistant" && message.message_id).filter((id) => id && !known.has(id));
  const answer = await load("thoughts", { instance: asked.instance, ids: ids.slice(-100).join(",") });
  if (thoughts !== known) return; // another chat was opened meanwhile
  for (const [id, thought] of Object.entries(answer.thoughts)) known.set(id, thought);
  by("thoughts-hint").dataset.label = answer.available ? "thoughtsNone" : "thoughtsUnavailable";
  paintPanel(chosen);
}

function paintPanel(chosen) {
  const count = paintThoughts(by("thought-list"), messages, thoughts, chosen);
  by("thoughts-hint").textContent = label(by("thoughts-hint").dataset.label);
  by("thoughts-hint").hidden = count > 0;
}

// The answer may be on the phone before its trace is in the database.
async function waitForThought(messageId) {
  for (const pause of THOUGHT_TRIES_MS) {
    await new Promise((resolve) => { setTimeout(resolve, pause); });
    if (!current || !messages.some((message) => message.message_id === messageId)) return;
    await loadThoughts().catch(complain);
    if (thoughts.has(messageId) || by("thoughts-hint").dataset.label === "thoughtsUnavailable") return;
  }
}

function showPanel(shown) {
  by("app").classList.toggle("in-thoughts", shown);
  by("toggle-thoughts").setAttribute("aria-expanded", String(shown));
}

function showThought(messageId) {
  showPanel(true);
  openThought(by("thought-list"), messageId);
}

// ---- live

function receive(event) {
  const here = current && event.instance === current.instance && event.chat_id === current.chat_id;
  if (event.type === "message") receiveMessage(event.message, event.contact);
  if (event.type === "reset") location.reload();
  if (event.type === "faults") showFaults(event.faults);
  if (event.type === "connection") reloadInstances().catch(complain);
  if (event.type === "status" && here) {
    const message = messages.find((known) => known.message_id === event.message_id);
    if (message) message.status = event.status;
    markTicks(by("messages"), event.message_id, event.status);
  }
  if (event.type === "presence" && here) {
    clearTimeout(presenceTimer);
    const doing = { composing: "typing", recording: "recording", available: "online" }[event.presence];
    paintHeader(doing);
    if (doing) presenceTimer = setTimeout(() => paintHeader(), 25000);
  }
}

async function reload() {
  await reloadInstances();
  showFaults(await load("control/faults"));
  for (const { last, ...contact } of await load("control/chats")) {
    const known = chats.get(keyOf(contact));
    if (known && known.last.sent_at > last.sent_at) continue; // the live feed was faster
    chats.set(keyOf(contact), { instance: contact.instance, chat_id: contact.chat_id, contact, last, unread: known?.unread || 0 });
  }
  paintWords();
  if (current) await reloadMessages();
}

async function reloadInstances() {
  instances = await load("control/instances");
  showFaults(faults);
}

// The clinic of the open chat, else the one chosen in the filter, else the first.
function findClinic() {
  const wanted = current?.instance || by("clinic-filter").value;
  return instances.find((instance) => instance.name === wanted) || instances[0];
}

function showFaults(changed) {
  faults = changed;
  paintFaults(faults, { clinic: findClinic(), staff: Boolean(current) });
}

// ---- start

function growDraft() {
  const draft = by("draft");
  draft.rows = Math.min(5, Math.max(1, draft.value.split("\n").length));
}

function connectEverything() {
  fillSelect(by("page-language"), LANGUAGES, remembered("language", "en"));
  fillSelect(by("phrase-language"), LANGUAGES);
  fillSelect(by("new-language"), LANGUAGES);
  by("page-language").addEventListener("change", (event) => { remember("language", event.target.value); paintWords(); });
  by("clinic-filter").addEventListener("change", paintChats);
  by("phrase-language").addEventListener("change", paintPhrases);
  by("open-new-chat").addEventListener("click", () => offerNewChat(findClinic()));
  connectNewChat({
    start: (contact) => openChat(contact).catch(complain),
    findLanguage: (name) => instances.find((instance) => instance.name === name)?.language || "en",
  });
  by("open-faults").addEventListener("click", () => { showFaults(faults); by("faults").showModal(); });
  connectFaults({ findClinic, findChat: () => current, complain });
  by("back").addEventListener("click", () => by("app").classList.remove("in-chat"));
  by("toggle-thoughts").addEventListener("click", () => showPanel(!by("app").classList.contains("in-thoughts")));
  by("close-thoughts").addEventListener("click", () => { showPanel(false); by("toggle-thoughts").focus(); });
  by("composer").addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = by("draft").value.trim();
    if (text && (await say({ text }))) by("draft").value = "";
    growDraft();
  });
  by("draft").addEventListener("input", growDraft);
  by("draft").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    by("composer").requestSubmit();
  });
  for (const button of document.querySelectorAll("[data-kind]")) {
    button.addEventListener("click", () => say({ kind: button.dataset.kind, text: "" }));
  }
}

connectEverything();
speak(by("page-language").value);
listen({ receive, reconnect: () => reload().catch(complain) });
