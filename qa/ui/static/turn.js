// One question and what came of it: an answer, a refusal, a problem, or still waiting.
import { copy, count, day, dotted, duration, el, icon, marked, sentence, strength } from "./lib.js";
import { marks } from "./marks.js";
import { progressText, viewing } from "./store.js";
import { why } from "./why.js";

/** The element of a turn. `actions`: {open(view), again(turn), link(turn), keep()}. */
export function renderTurn(turn, actions) {
  const heading = el("h2", { tabindex: "-1" }, turn.question);
  return el("article", { class: "turn" }, heading, ...outcome(turn, actions));
}

function outcome(turn, actions) {
  if (turn.problem) return [problem(turn, actions)];
  if (!turn.answer) return [el("p", { class: "waiting", role: "status" }, turn.waiting ?? "Searching the sources …")];
  const body = turn.answer.citations.length ? found(turn, actions) : [refused(turn, actions)];
  return [...body, why(turn, actions), marks(turn, actions.keep), foot(turn, actions)];
}

export function waitingText(status) {
  return `${progressText(status)}. Your question is asked as soon as it is ready.`;
}

// -- answered

/** What the viewer needs for each citation of a turn, in order. */
export function views(turn) {
  const { citations, places } = turn.answer;
  const all = citations.map((citation, index) => ({
    key: `${turn.id}/${citation.number}`,
    documentId: citation.document.id,
    document: citation.document,
    number: citation.number,
    quote: citation.quote,
    place: places.citations[index],
  }));
  for (const [index, view] of all.entries()) Object.assign(view, { siblings: all, index });
  return all;
}

function found(turn, actions) {
  const cards = views(turn).map((view, index) => card(view, turn.answer.answers, index === 0, actions));
  if (cards.length < 2) return cards;
  return [cards[0], el("h3", {}, "Also found"), ...cards.slice(1)];
}

function card(view, answers, best, actions) {
  const { place, quote } = view;
  const answer = answers.find((each) => each.citation === view.number);
  const mark = marked(quote, place.u16_span_start - place.u16_start, place.u16_span_end - place.u16_start);
  const text = el("blockquote", { dir: "auto" }, context(place.before), mark, context(place.after));
  return el("figure", { class: best ? "card best" : "card" }, text, caption(view, answer, actions));
}

const context = (text) => (text ? el("span", { class: "context" }, text) : null);

function caption(view, answer, actions) {
  const { document, place, number } = view;
  const word = strength(answer?.confidence ?? 0);
  const percent = `${Math.round((answer?.confidence ?? 0) * 100)} % likely to be right`;
  const open = (event) => actions.open(view, event.currentTarget);
  const label = `Citation ${number}: ${document.title}, ${place.where}. Show it in the source.`;
  const cite = el("button", { class: "cite", type: "button", "aria-label": label, "data-key": view.key, onclick: open }, `[${number}]`);
  const about = el("div", { class: "about" }, el("span", { class: "title" }, document.title), details(document, place));
  const badge = el("span", { class: `strength ${word}`, title: percent }, word);
  return el("figcaption", {}, cite, about, badge, copyQuote(view));
}

function details(document, place) {
  return el("span", { class: "meta" }, dotted(document.publisher, day(document.published), place.where));
}

export function copyQuote(view) {
  const onclick = (event) => copy(forReport(view), event.currentTarget);
  const label = `Copy quote ${view.number}`;
  return el("button", { class: "quiet", type: "button", title: label, onclick }, icon("copy"), el("span", {}, "Copy quote"));
}

/** A quote with its reference, as people paste it into a report. */
export function forReport({ quote, document, place }) {
  const from = [document.title, document.publisher, day(document.published), place.where].filter(Boolean).join(", ");
  const link = URL.canParse(place.original, location.href) ? new URL(place.original, location.href).href : document.id;
  return `“${quote}”\n${from}.\n${link}\n`;
}

/** Shows in every turn which citation the viewer has open. */
export function followViewer(element) {
  viewing.watch((view) => {
    for (const button of element.querySelectorAll(".cite")) {
      button.setAttribute("aria-current", String(button.dataset.key === view?.key));
    }
  });
}

// -- not answered

function refused(turn, actions) {
  const { hits, reason, places } = turn.answer;
  const closest = hits.map((hit, index) => ({
    key: `${turn.id}/hit/${hit.rank}`,
    documentId: hit.document_id,
    document: { id: hit.document_id, title: places.hits[index].title },
    place: places.hits[index],
    near: "One of the closest passages. It is not surely an answer.",
    text: hit.text,
  }));
  for (const [index, view] of closest.entries()) Object.assign(view, { siblings: closest, index });
  return el(
    "section",
    { class: "refusal" },
    el("p", { class: "verdict" }, "The sources do not answer this question."),
    reason ? el("p", {}, sentence(reason)) : null,
    closest.length ? nearMisses(closest, actions) : null,
  );
}

function nearMisses(closest, actions) {
  const summary = el("summary", {}, `Closest ${closest.length === 1 ? "passage" : "passages"} (none surely answers it)`);
  return el("details", {}, summary, el("ol", {}, closest.map((view) => el("li", {}, nearMiss(view, actions)))));
}

function nearMiss(view, actions) {
  const open = (event) => actions.open(view, event.currentTarget);
  const title = el("button", { class: "plain", type: "button", "data-key": view.key, onclick: open }, view.document.title);
  return [title, el("span", { class: "meta" }, ` · ${view.place.where}`), el("blockquote", { dir: "auto" }, view.text)];
}

// -- both, and neither

function foot(turn, actions) {
  const took = dotted(`Searched ${turn.searched}`, duration(turn.answer.seconds.total ?? 0));
  const onclick = (event) => copy(actions.link(turn), event.currentTarget);
  const link = el("button", { class: "quiet", type: "button", onclick }, icon("link"), el("span", {}, "Copy link"));
  return el("footer", {}, link, el("span", { class: "meta" }, took));
}

function problem(turn, actions) {
  const onclick = () => actions.again(turn);
  const again = turn.canRetry === false ? null : el("button", { class: "button", type: "button", onclick }, "Ask again");
  return el("section", { class: "problem", role: "alert" }, el("p", {}, turn.problem), again);
}

/** What to say aloud when a turn has ended. */
export function spoken(turn) {
  if (turn.problem) return turn.problem;
  const first = turn.answer.answers[0];
  if (!first) return `The sources do not answer this question. ${turn.answer.reason ?? ""}`;
  const more = turn.answer.answers.length - 1;
  return `Answer from ${turn.answer.citations[0].document.title}: ${first.text}${more ? ` And ${count(more, "more place")}.` : ""}`;
}

