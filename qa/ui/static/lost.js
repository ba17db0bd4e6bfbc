// The questions of a run that were lost: at which stage, what was expected, what was given.
import { count, dotted, el } from "./lib.js";
import { listing } from "./store.js";
import { openView } from "./viewer.js";

const WHY = {
  "not retrieved": "No passage with the answer was proposed by either search.",
  "not read": "A passage with the answer was found, but ranked below those that are read.",
  "wrong answer": "The passage was read, and other words were shown.",
  refused: "The passage was read, and nothing was shown.",
  "not refused": "The sources do not answer it, and something was shown.",
};
const STAGE = { "not retrieved": "Retrieval", "not read": "Ranking", "wrong answer": "Reading", refused: "Refusal: too strict", "not refused": "Refusal: too lax" };
const PAGE = 20;

/** A section with one row for each lost question, and a button for each stage to see only those. */
export function lostQuestions({ lost, name }, summary) {
  const stages = Object.entries(summary.lost).filter(([, number]) => number);
  const total = stages.reduce((sum, [, number]) => sum + number, 0);
  const title = el("h3", {}, total ? `${count(total, "question")} lost, of ${summary.questions}` : "No question was lost");
  if (!total) return el("section", { class: "lost" }, title);
  const list = el("ul", {});
  const why = el("p", { class: "meta", role: "status" });
  let only = null;
  let most = PAGE;
  const more = el("button", { class: "button", type: "button", onclick: () => draw((most += PAGE)) }, "Show more");
  const draw = () => {
    const shown = lost.filter((each) => !only || each.stage === only);
    list.replaceChildren(...shown.slice(0, most).map((each) => row(each, name)));
    more.hidden = shown.length <= most;
    why.textContent = only ? WHY[only] : "";
    for (const button of filters.children) button.setAttribute("aria-pressed", String(button.dataset.stage === (only ?? "")));
  };
  const choose = (stage) => () => draw((only = stage), (most = PAGE));
  const filter = (stage, label, number) => el("button", { class: "verdict-choice", type: "button", "data-stage": stage ?? "", onclick: choose(stage) }, label, el("b", {}, String(number)));
  const filters = el("div", { class: "choices" }, filter(null, "All", total), stages.map(([stage, number]) => filter(stage, STAGE[stage] ?? stage, number)));
  draw();
  return el("section", { class: "lost" }, title, filters, why, list, more);
}

function row(question, run) {
  const asked = el("p", { class: "asked" }, question.question);
  const before = question.history.length ? el("p", { class: "meta" }, `After: ${question.history.join(" / ")}`) : null;
  const facts = dotted(question.type, question.confidence === null ? null : `${Math.round(100 * question.confidence)} % sure`);
  const stage = el("span", { class: "stage" }, STAGE[question.stage] ?? question.stage);
  const said = question.expected.map((each, index) => shown("Expected", each, question, `${run}/${question.id}/e${index}`));
  const none = question.expected.length ? null : part("Expected", el("span", { class: "meta" }, "No answer: the sources do not say."));
  const given = question.given ? shown("Given", question.given, question, `${run}/${question.id}/g`) : part("Given", el("span", { class: "meta" }, question.reason ?? "Nothing."));
  return el("li", {}, el("div", { class: "line" }, asked, stage), before, el("span", { class: "meta" }, facts), said, none, given);
}

const part = (name, ...children) => el("div", { class: "part" }, el("span", { class: "what" }, name), el("div", {}, children));

function shown(name, { document_id: id, quote, place }, question, key) {
  const text = el("p", { class: "read", dir: "auto" }, quote);
  const title = listing.get().documents.find((each) => each.id === id)?.title ?? id;
  if (!place) return part(name, text, el("span", { class: "meta" }, `${title} · no longer at that place`));
  const document = { id, title };
  const near = `${name === "Expected" ? "Expected as the answer to" : "Given as the answer to"} “${question.question}”`;
  const view = { key, documentId: id, document, quote, place, near };
  const open = el("button", { class: "plain", type: "button", "data-key": key, onclick: (event) => openView(view, event.currentTarget) }, title);
  return part(name, text, el("span", { class: "meta" }, open, ` · ${place.where}`));
}
