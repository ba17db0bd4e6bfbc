// Why this answer: a trace that unfolds. What each search ranked, both together, and what the reader made of it.
import { el, icon } from "./lib.js";

const FIRST = 5; // passages shown before "Show all"

/** The folded trace of a turn, or null where the engine kept none. `actions.open(view, element)` shows a passage. */
export function why(turn, actions) {
  const { trace, citations } = turn.answer;
  if (!trace) return null;
  const summary = el("summary", {}, citations.length ? "Why this answer" : "Why no answer");
  const box = el("details", { class: "why" }, summary);
  // Drawn when first unfolded: sixty turns do not carry sixty tables.
  box.addEventListener("toggle", () => box.open && box.children.length === 1 && box.append(...inside(turn, actions)));
  return box;
}

function inside(turn, actions) {
  const { trace } = turn.answer;
  const rows = views(turn).map((view, index) => row(view, trace, actions, index >= FIRST));
  const table = el("table", {}, head(), el("tbody", {}, rows));
  return [...asked(turn), verdict(turn), gauge(trace.confidence, trace.threshold), table, more(rows), legend()].filter(Boolean);
}

/** How a follow-up was completed, where it was. */
function asked({ question, answer: { trace } }) {
  if (trace.question === question && trace.forms.length < 2) return [];
  const others = trace.forms.filter((form) => form.question !== trace.question);
  const tried = others.map((form) => `“${form.question}” (${percent(form.confidence)})`).join(", ");
  return [el("p", {}, "Read as: ", el("q", {}, trace.question)), tried ? el("p", { class: "meta" }, `Also tried: ${tried}`) : null].filter(Boolean);
}

function verdict({ answer: { trace } }) {
  const least = percent(trace.threshold);
  if (!trace.passages.length) return el("p", {}, "No passage was found to read.");
  const likely = `The best quote is ${percent(trace.confidence)} likely to be right`;
  const shown = trace.confidence >= trace.threshold;
  const told = shown ? `${likely}; quotes are shown from ${least} on.` : `${likely}; that is below the ${least} from which quotes are shown.`;
  return el("p", {}, told);
}

function gauge(confidence, threshold) {
  const fill = el("span", { class: "fill", style: `inline-size:${100 * confidence}%` });
  const least = el("span", { class: "least", style: `inset-inline-start:${100 * threshold}%` });
  return el("div", { class: confidence >= threshold ? "gauge enough" : "gauge", "aria-hidden": "true" }, fill, least);
}

function head() {
  const column = (name, title) => el("th", { scope: "col", title }, name);
  const cells = [
    column("Passage", "The place the reader found best in it"),
    column("Meaning", "Rank in the search by meaning (cosine of the vectors)"),
    column("Words", "Rank in the search by words (BM25)"),
    column("Both", "Rank after both searches were joined"),
    column("Likely", "How likely this quote answers, as the reader judges"),
  ];
  return el("thead", {}, el("tr", {}, cells));
}

function views(turn) {
  const all = turn.answer.trace.passages.map((passage, index) => ({
    key: `${turn.id}/why/${index}`,
    documentId: passage.document_id,
    document: { id: passage.document_id, title: passage.place.title },
    place: passage.place,
    passage,
    index,
    near: "A passage that was read for this question.",
  }));
  for (const view of all) view.siblings = all;
  return all;
}

function row(view, trace, actions, later) {
  const { passage, place } = view;
  const onclick = (event) => actions.open(view, event.currentTarget);
  const title = el("button", { class: "plain", type: "button", "data-key": view.key, onclick }, view.document.title);
  const shown = passage.reader?.citation ? el("span", { class: "shown" }, `[${passage.reader.citation}]`) : null;
  const from = el("div", { class: "meta" }, shown, title, el("span", {}, `· ${place.where}`));
  const text = passage.reader ? quote(passage.reader) : el("p", { class: "meta" }, "Not read.");
  const cells = [
    el("td", { class: "what" }, text, from),
    ranked("Meaning", passage.dense),
    ranked("Words", passage.lexical),
    ranked("Both", passage.fused),
    el("td", { "data-name": "Likely", class: passage.reader?.confidence >= trace.threshold ? "enough" : null }, passage.reader ? percent(passage.reader.confidence) : "–"),
  ];
  return el("tr", { hidden: later }, cells);
}

function quote({ quote: text, u16_span_start: from, u16_span_end: to }) {
  const cut = from > 160 ? text.indexOf(" ", from - 80) + 1 : 0; // so that the words are in sight
  const before = cut > 0 && cut <= from ? `… ${text.slice(cut, from)}` : text.slice(0, from);
  return el("p", { class: "read", dir: "auto" }, before, el("b", {}, text.slice(from, to)), text.slice(to));
}

function ranked(name, side) {
  if (!side) return el("td", { "data-name": name, title: "Not among what this search proposed" }, "–");
  return el("td", { "data-name": name }, String(side.rank), el("small", {}, side.score.toFixed(2)));
}

function more(rows) {
  const rest = rows.slice(FIRST);
  if (!rest.length) return null;
  const onclick = (event) => {
    for (const each of rest) each.hidden = false;
    rest[0].querySelector("button").focus();
    event.currentTarget.remove();
  };
  return el("button", { class: "quiet", type: "button", onclick }, icon("plus"), `Show all ${rows.length} passages that were read`);
}

function legend() {
  const text = "Ranks, with scores below them: cosine of meaning, BM25 of words, and both joined. Rows stand in the reader’s order.";
  return el("p", { class: "meta" }, text);
}

const percent = (share) => `${Math.round(100 * share)} %`;
