// Was it right? What a person says of a turn is saved as a question with its answer and quote, and can be undone.
import { announce, api, el, icon } from "./lib.js";
import { correcting } from "./store.js";

const QUESTIONS = "api/v1/eval/questions";
const CANDIDATES = 4; // other quotes offered as the right one

/** The row of verdicts under a turn. `keep()` is called when what the turn carries has changed. */
export function marks(turn, keep) {
  const box = el("section", { class: "marks", "aria-label": "Was this right?" });
  const draw = (focus) => {
    box.replaceChildren(...(turn.saved ? saved(turn, act) : [question(turn, act)]));
    if (focus) box.querySelector(focus)?.focus();
  };
  const act = async (work, focus = "button") => {
    for (const button of box.querySelectorAll("button")) button.disabled = true;
    try {
      announce(await work());
      keep();
      draw(focus);
    } catch (error) {
      draw(focus);
      box.append(el("p", { class: "problem-line", role: "alert" }, error.message));
    }
  };
  draw();
  return box;
}

const answered = (turn) => turn.answer.citations.length > 0;

// -- the verdict

function question(turn, act) {
  const choice = (name, label, saying) => el("button", { class: "verdict-choice", type: "button", onclick: () => act(() => give(turn, saying)) }, icon(name), label);
  if (answered(turn)) return el("div", { class: "choices" }, choice("yes", "Correct", "right"), choice("no", "Wrong", "wrong"));
  return el("div", { class: "choices" }, choice("no", "Should be answerable", "answerable"), choice("yes", "Rightly refused", "refused"));
}

async function give(turn, verdict) {
  const said = {
    right: () => rightLine(turn),
    refused: () => ({ answers: [], gold: [] }),
    wrong: () => ({ answers: [], gold: [], draft: true, note: `Answered wrongly: ${turn.answer.text}` }),
    answerable: () => ({ answers: [], gold: [], draft: true, note: "Refused, but should be answerable" }),
  }[verdict]();
  turn.saved = { verdict, id: await save(turn, said), open: Boolean(said.draft) };
  return told(turn.saved);
}

function rightLine({ answer }) {
  const [first] = answer.citations;
  return { answers: [answer.span ?? answer.text], gold: [{ document: first.document.id, quote: first.quote }] };
}

async function save(turn, said) {
  const { id } = await api(QUESTIONS, { question: turn.question, history: turn.answer.history, ...said });
  return id;
}

const remove = (id) => api(`${QUESTIONS}/${encodeURIComponent(id)}`, undefined, { method: "DELETE" });

// -- what was saved, and putting it right

function told({ verdict, open }) {
  if (open) return verdict === "wrong" ? "Noted as wrong. Which is right?" : "Noted as answerable. Where is the answer?";
  const what = { right: "this quote as the right one", refused: "unanswerable, rightly refused" }[verdict];
  return `Saved to your questions: ${what ?? (verdict === "none" ? "the sources do not answer it" : "the quote you chose")}.`;
}

function saved(turn, act) {
  const undo = el("button", { class: "quiet undo", type: "button", onclick: () => act(() => takeBack(turn)) }, icon("undo"), "Undo");
  const line = el("div", { class: "said" }, el("span", {}, told(turn.saved)), undo);
  if (!turn.saved.open) return [line];
  return [line, ...chooser(turn, act)];
}

async function takeBack(turn) {
  await remove(turn.saved.id);
  if (correcting.get()?.turn === turn) correcting.set(null);
  delete turn.saved;
  return "Undone";
}

function chooser(turn, act) {
  const put = (document, quote, words, verdict = "corrected") => act(() => settle(turn, { document, quote, words, verdict }), ".undo");
  const rows = candidates(turn).map(({ document_id, place, reader }) => candidate(place.title, reader, () => put(document_id, reader.quote, words(reader))));
  const list = rows.length ? el("ul", { class: "candidates" }, rows) : null;
  const none = el("button", { class: "button", type: "button", onclick: () => put(null, null, null, "none") }, "The sources do not answer it");
  const pick = el("button", { class: "button", type: "button", onclick: () => choosing(turn, put) }, "Select it in a source");
  return [list, el("div", { class: "choices" }, pick, answered(turn) ? none : null)].filter(Boolean);
}

/** The quotes that are shown besides the answer, then the next best that were read. */
function candidates({ answer }) {
  const shown = answer.citations.map((citation, index) => fromCitation(citation, answer.places.citations[index])).slice(1);
  const read = (answer.trace?.passages ?? []).filter((each) => each.reader && !each.reader.citation);
  return [...shown, ...read].slice(0, CANDIDATES);
}

function fromCitation({ document, quote }, place) {
  const [from, to] = [place.u16_span_start - place.u16_start, place.u16_span_end - place.u16_start];
  return { document_id: document.id, place, reader: { quote, u16_span_start: from, u16_span_end: to } };
}

const words = ({ quote, u16_span_start: from, u16_span_end: to }) => quote.slice(from, to);

function candidate(title, reader, onclick) {
  const { quote, u16_span_start: from, u16_span_end: to } = reader;
  const text = el("span", { class: "read", dir: "auto" }, quote.slice(0, from), el("b", {}, quote.slice(from, to)), quote.slice(to));
  return el("li", {}, el("button", { type: "button", onclick }, text, el("span", { class: "meta" }, title)));
}

function choosing(turn, put) {
  correcting.set({ turn, question: turn.question, use: (document, quote, chosen) => put(document, quote, chosen) });
  announce("Open a source, select the words that answer, then press Use selected words.");
}

async function settle(turn, { document, quote, words: chosen, verdict }) {
  const said = document === null ? { answers: [], gold: [] } : { answers: [chosen], gold: [{ document, quote }] };
  const id = await save(turn, said);
  if (id !== turn.saved.id) await remove(turn.saved.id);
  if (correcting.get()?.turn === turn) correcting.set(null);
  turn.saved = { verdict, id, open: false };
  return told(turn.saved);
}
