// The Ask tab: questions, their turns, and what is kept of them over a reload.
import { link, questionInAddress, showInAddress } from "./address.js";
import { announce, api, el, icon, sentence } from "./lib.js";
import { chosen, follow, listing, load, onlyChosen, refreshIfChanged, save, status } from "./store.js";
import { followViewer, renderTurn, spoken, views, waitingText } from "./turn.js";
import { closeViewer, isWide, openView, read } from "./viewer.js";
import { welcome } from "./welcome.js";

const HISTORY = 8; // earlier questions sent with a new one
const KEPT = 60; // turns kept over a reload
const LONGEST = 2000;

let turns = [];
let asking = null;
let parts;

export function mount(element) {
  parts = build();
  element.replaceChildren(el("div", { class: "conversation" }, parts.scroller, parts.form));
  for (const turn of load("turns", [])) add(turn);
  refresh();
  showLast();
  status.watch((now) => {
    parts.state.textContent = now.state === "failed" ? sentence(now.message) : "";
    if (asking?.waiting) update(asking, { waiting: waitingText(now) });
  });
  chosen.watch(describeChosen);
  listing.watch(describeChosen);
  askFromAddress();
}

// -- the parts

function build() {
  const field = el("textarea", {
    id: "question", rows: "1", maxlength: LONGEST, placeholder: "Ask your sources a question",
    "aria-label": "Your question", oninput: grow, onkeydown: submitOnEnter,
  });
  const send = el("button", { class: "send", type: "submit", "aria-label": "Ask" }, icon("send"));
  const scope = el("button", { class: "quiet", type: "button", onclick: showSources }, "");
  const fresh = el("button", { class: "quiet", type: "button", onclick: startOver }, icon("plus"), "New conversation");
  const box = el("div", { class: "box" }, field, send);
  const form = el("form", { class: "ask", onsubmit: submit }, box, el("div", { class: "under" }, scope, fresh));
  const state = el("p", { class: "problem-line", role: "alert" });
  const intro = welcome(state, (question) => ask(question));
  const log = el("div", { class: "turns" });
  followViewer(log);
  const scroller = el("div", { class: "scroller", role: "region", "aria-label": "Conversation", tabindex: "0" }, intro, log);
  return { field, send, scope, fresh, form, state, intro, log, scroller };
}

function grow() {
  parts.field.style.height = "auto";
  parts.field.style.height = `${Math.min(parts.field.scrollHeight, 180)}px`;
}

function submitOnEnter(event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  parts.form.requestSubmit();
}

function submit(event) {
  event.preventDefault();
  const question = parts.field.value.trim();
  if (!question || asking) return;
  parts.field.value = "";
  grow();
  ask(question);
}

function describeChosen() {
  const all = listing.get().documents.length;
  const ids = onlyChosen();
  parts.scope.hidden = !all;
  parts.scope.classList.toggle("limited", Boolean(ids));
  parts.scope.textContent = ids ? `Using ${searched()}` : `Using all ${all === 1 ? "of 1 source" : searched()}`;
}

function searched() {
  const all = listing.get().documents.length;
  const ids = onlyChosen();
  const noun = all === 1 ? "source" : "sources";
  return ids ? `${ids.length} of ${all} ${noun}` : `${all} ${noun}`;
}

function showSources() {
  const tabs = [...document.querySelectorAll("[role=tab]")];
  tabs.find((tab) => tab.textContent.trim() === "Sources")?.click();
}

// -- asking

function ask(question, before = history()) {
  if (asking) return;
  const turn = { id: `${Date.now().toString(36)}${turns.length}`, question, history: before.slice(-HISTORY) };
  add(turn);
  run(turn);
}

const history = () => turns.filter((turn) => turn.answer).map((turn) => turn.question).slice(-HISTORY);

async function run(turn) {
  asking = turn;
  parts.send.disabled = true;
  delete turn.problem;
  showInAddress(turn.question, turn.history);
  update(turn, {});
  toTop(turn);
  try {
    update(turn, { answer: await answered(turn), searched: searched() });
  } catch (error) {
    update(turn, { problem: error.message });
  }
  asking = null;
  parts.send.disabled = false;
  ended(turn);
}

async function answered(turn, again = false) {
  if (again || status.get().state === "loading") await ready(turn); // one that failed is opened again by asking
  const sources = onlyChosen();
  if (sources?.length === 0) throw new Error("No sources are chosen. Choose at least one in the Sources tab.");
  const body = { question: turn.question, history: turn.history, sources, places: true, trace: true };
  try {
    return await api("api/v1/ask", body);
  } catch (error) {
    if (error.state !== "loading") throw error;
    status.set({ state: "loading", message: "Opening the index", done: 0, total: 0 });
    follow();
    return answered(turn, true);
  }
}

async function ready(turn) {
  if (status.get().state === "loading") update(turn, { waiting: waitingText(status.get()) });
  const now = await status.until(({ state }) => state !== "loading");
  delete turn.waiting;
  if (now.state === "failed") throw new Error(sentence(now.message));
  update(turn, {});
}

function ended(turn) {
  keep();
  refreshIfChanged();
  announce(spoken(turn));
  toTop(turn);
  if (turn.problem) return;
  const [first] = turn.answer.citations.length ? views(turn) : [];
  for (const { documentId } of views(turn)) read(documentId).catch(() => null); // a click then waits for nothing
  if (!first) closeViewer("No passage to show: the sources do not answer.");
  else if (isWide()) openView(first);
}

// -- turns on the page

function add(turn) {
  turns.push(turn);
  turn.element = renderTurn(turn, actions);
  parts.log.append(turn.element);
  refresh();
}

function update(turn, changes) {
  Object.assign(turn, changes);
  const next = renderTurn(turn, actions);
  turn.element.replaceWith(next);
  turn.element = next;
}

function refresh() {
  parts.intro.hidden = turns.length > 0;
  parts.fresh.hidden = turns.length === 0;
}

function toTop(turn) {
  const { scroller } = parts;
  scroller.scrollTop += turn.element.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
}

function showLast() {
  const last = turns.at(-1);
  if (!last) return;
  toTop(last);
  if (isWide() && last.answer.citations.length) openView(views(last)[0]);
}

const actions = { open: openView, again: (turn) => asking || run(turn), link: (turn) => link(turn.question, turn.history), keep };

function startOver() {
  if (asking) return;
  turns = [];
  parts.log.replaceChildren();
  keep();
  refresh();
  showInAddress(null);
  closeViewer();
  parts.field.focus();
}

// -- kept over a reload

function keep() {
  let kept = turns.filter((turn) => turn.answer).slice(-KEPT);
  const plain = ({ id, question, history, answer, searched, saved }) => ({ id, question, history, answer, searched, saved });
  while (!save("turns", kept.map(plain)) && kept.length) kept = kept.slice(Math.ceil(kept.length / 2));
}

function askFromAddress() {
  const asked = questionInAddress(LONGEST);
  if (asked && turns.at(-1)?.question !== asked.question) ask(asked.question, asked.history);
  else if (isWide()) parts.field.focus();
}
