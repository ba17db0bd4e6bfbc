// The Evaluate tab: run a question set, read what came out, compare it, look at every question that was lost.
import { announce, api, count, el, icon, sentence } from "./lib.js";
import { lostQuestions } from "./lost.js";
import { byType, reliability, riskCoverage } from "./plots.js";
import { progressText, status } from "./store.js";

const POLL = 400;
const TILES = [
  ["answer-in-text@1", "Right answer shown"],
  ["success@5", "Found in the first five"],
  ["F1", "Exact words (F1)"],
  ["refusal-recall", "Rightly refused"],
  ["citation-validity", "Citations that hold"],
];
const STATED = { all: "all questions", dev: "development half", test: "test half" };

let parts;
let sets = [];

export function mount(element) {
  parts = build();
  element.replaceChildren(el("div", { class: "evaluate" }, parts.form, parts.kept, parts.progress, parts.scroller));
  const tab = [...document.querySelectorAll("[role=tab]")].find((each) => each.textContent.trim() === "Evaluate");
  tab?.addEventListener("click", refresh);
  status.watch(({ state }) => state === "ready" && refresh());
}

function build() {
  const set = el("select", { "aria-label": "Question set", onchange: describeSet });
  const split = el("select", { "aria-label": "Part of the set" });
  const start = el("button", { class: "button go", type: "submit" }, "Run");
  const stop = el("button", { class: "button", type: "button", hidden: true, onclick: stopRun }, "Stop");
  const form = el("form", { class: "tools", onsubmit: startRun }, set, split, start, stop);
  const kept = el("p", { class: "kept", hidden: true });
  const said = el("p", { class: "meta", role: "status" });
  const bar = el("progress", { class: "progress", hidden: true, "aria-label": "Progress" });
  const progress = el("div", { class: "running" }, said, bar);
  const result = el("div", { class: "result" });
  const scroller = el("div", { class: "scroller", role: "region", "aria-label": "Results", tabindex: "0" }, result);
  return { set, split, start, stop, form, kept, said, bar, progress, result, scroller };
}

// -- sets and runs

async function refresh() {
  try {
    sets = await api("api/v1/eval/sets");
    const kept = parts.set.value;
    parts.set.replaceChildren(...sets.map((each) => el("option", { value: each.name }, setLabel(each))));
    if (sets.some((each) => each.name === kept)) parts.set.value = kept;
    describeSet();
    parts.start.disabled = !sets.length;
    const now = await api("api/v1/eval/running");
    if (now.state === "working") return follow(now);
    await showRuns(parts.shown);
  } catch (error) {
    say(error.message, true);
  }
}

const setLabel = ({ name, questions, drafts }) => `${name === "mine" ? "My questions" : name} (${count(questions, "question")}${drafts ? `, ${count(drafts, "draft")}` : ""})`;

function describeSet() {
  const set = sets.find((each) => each.name === parts.set.value);
  const splits = set?.splits ?? [];
  parts.split.hidden = !splits.length;
  parts.split.replaceChildren(...["all", ...splits].map((name) => el("option", { value: name }, STATED[name] ?? name)));
  parts.kept.hidden = set?.name !== "mine";
  parts.kept.replaceChildren("What you marked under answers, kept in ", el("code", {}, set?.path ?? ""));
  if (set?.error) say(sentence(set.error), true);
}

async function startRun(event) {
  event.preventDefault();
  try {
    await follow(await api("api/v1/eval/runs", { set: parts.set.value, split: parts.split.value || "all" }));
  } catch (error) {
    say(error.message, true);
  }
}

async function stopRun() {
  parts.stop.disabled = true;
  await api("api/v1/eval/running", undefined, { method: "DELETE" }).catch(() => null);
}

/** Follow the evaluation that runs to its end. */
async function follow(first) {
  if (parts.following) return;
  parts.following = true;
  busy(true);
  try {
    let now = first;
    while (now.state === "working") {
      say(progressText(now));
      if (now.total) [parts.bar.max, parts.bar.value] = [now.total, now.done];
      await new Promise((resolve) => setTimeout(resolve, POLL));
      now = await api("api/v1/eval/running");
    }
    await ended(now);
  } catch (error) {
    say(error.message, true);
  } finally {
    parts.following = false;
    busy(false);
  }
}

async function ended(now) {
  if (now.state === "failed") return say(sentence(now.message), true);
  if (now.state === "stopped") return say("Stopped. Run it again to go on from there.");
  say("");
  await showRuns(now.run);
  announce("The evaluation is done.");
}

function busy(yes) {
  parts.start.hidden = yes;
  parts.stop.hidden = !yes;
  parts.stop.disabled = false;
  parts.bar.hidden = !yes;
  parts.bar.removeAttribute("value");
  if (yes && document.activeElement === document.body) parts.stop.focus();
  if (!yes && document.activeElement === document.body) parts.start.focus();
}

function say(text, wrong = false) {
  parts.said.classList.toggle("wrong", wrong);
  if (parts.said.textContent !== text) parts.said.textContent = text;
}

// -- a finished run

async function showRuns(wanted) {
  const runs = await api("api/v1/eval/runs");
  const shown = runs.find((each) => each.name === wanted) ?? runs[0];
  parts.shown = shown?.name;
  if (!shown) return parts.result.replaceChildren(empty());
  await show(shown, runs, null);
}

function empty() {
  return el("section", { class: "welcome" }, el("h2", {}, "How good are the answers?"), el("p", {}, "Run a set of known questions, and see how many are found, answered and refused rightly, and where the others are lost. What you mark Correct or Wrong under an answer becomes a set of your own."));
}

async function show(run, runs, against) {
  const query = against ? `?compare=${encodeURIComponent(against)}` : "";
  let found;
  try {
    found = await api(`api/v1/eval/runs/${encodeURIComponent(run.name)}${query}`);
  } catch (error) {
    return parts.result.replaceChildren(chooser(run, runs, against), el("p", { class: "problem-line", role: "alert" }, error.message));
  }
  parts.shown = run.name;
  parts.result.replaceChildren(chooser(run, runs, against), ...sections(found));
}

function sections(found) {
  const { summary, comparison } = found;
  return [tiles(summary, comparison), plots(found), lostQuestions(found, summary), table(summary, comparison)];
}

function chooser(run, runs, against) {
  const label = (each) => `${each.set}${each.split === "all" ? "" : `, ${each.split}`} · ${when(each.made)} · ${count(each.questions, "question")}`;
  const options = (list) => list.map((each) => el("option", { value: each.name }, label(each)));
  const pick = el("select", { "aria-label": "Run", onchange: () => show(runs.find((each) => each.name === pick.value), runs, null) }, options(runs));
  pick.value = run.name;
  const others = runs.filter((each) => each.set === run.set && each.name !== run.name);
  const compare = el("select", { "aria-label": "Compare with", onchange: () => show(run, runs, compare.value || null) }, el("option", { value: "" }, "Compare with …"), options(others));
  compare.value = against ?? "";
  return el("div", { class: "pick" }, pick, others.length ? compare : null);
}

function when(made) {
  const date = new Date(made);
  return Number.isNaN(date.getTime()) ? made : date.toLocaleString("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

// -- numbers

const share = (value) => (value === null || value === undefined ? "–" : `${(100 * value).toFixed(value === 1 || value === 0 ? 0 : 1)} %`);

function tiles(summary, comparison) {
  const named = new Map(summary.measures.map((each) => [each.measure, each]));
  const shown = TILES.map(([name, label]) => [named.get(name), label]).filter(([each]) => each?.n);
  const moved = new Map(comparison?.differences.map((each) => [each.measure, each]));
  return el("dl", { class: "tiles" }, shown.map(([each, label]) => tile(each, label, moved.get(each.measure))));
}

function tile({ n, value, low, high }, label, moved) {
  const range = low === null ? "" : `${share(low)} to ${share(high)}`;
  return el("div", {}, el("dt", {}, label), el("dd", {}, el("strong", {}, share(value)), change(moved), el("span", { class: "meta" }, `${range} · n ${n}`)));
}

function change(moved) {
  if (!moved || moved.difference === null) return null;
  const points = `${moved.difference >= 0 ? "+" : "−"}${(100 * Math.abs(moved.difference)).toFixed(1)}`;
  const kind = !moved.significant ? "same" : moved.gain > 0 ? "better" : "worse";
  const said = { same: "not significant", better: "better", worse: "worse" }[kind];
  return el("span", { class: `moved ${kind}`, title: `${points} points against the other run, ${said}` }, `${points} ${kind === "same" ? "" : said}`);
}

function plots({ summary, risk_coverage: risk, reliability: bins }) {
  const measure = summary.mode === "answers" ? "answer-in-text@1" : "MRR@10";
  const drawn = [
    ["By type of question", measure === "MRR@10" ? "MRR@10, with its 95 % interval." : "Share with the right answer shown, with its 95 % interval.", byType(summary.by_type, measure)],
    ["Risk and coverage", "The more is answered, the more of it is wrong. Lower is better.", riskCoverage(risk)],
    ["Reliability", "Of answers with some confidence, the share that is right. On the line, it means what it says.", reliability(bins)],
  ];
  const figures = drawn.filter(([, , svg]) => svg).map(([title, text, svg]) => el("figure", {}, el("figcaption", {}, el("h3", {}, title), el("p", { class: "meta" }, text)), svg));
  return el("div", { class: "plots" }, figures);
}

function table({ measures }, comparison) {
  const moved = new Map(comparison?.differences.map((each) => [each.measure, each]));
  const rows = measures.filter((each) => each.n).map((each) => {
    const timed = each.measure.startsWith("seconds");
    const number = (value) => (value === null ? "–" : timed ? `${value.toFixed(2)} s` : value.toFixed(3));
    const cells = [number(each.value), each.low === null ? "–" : `${number(each.low)} – ${number(each.high)}`, each.n.toLocaleString("en")];
    if (comparison) cells.push(timed ? "" : change(moved.get(each.measure)) ?? "–");
    return el("tr", {}, el("th", { scope: "row" }, each.measure), cells.map((cell) => el("td", {}, cell)));
  });
  const names = ["Measure", "Value", "95 % interval", "n", ...(comparison ? ["Change"] : [])];
  const head = el("thead", {}, el("tr", {}, names.map((name) => el("th", { scope: "col" }, name))));
  const about = comparison ? el("p", { class: "meta" }, `Compared on ${count(comparison.compared, "question")} that both runs hold; ${count(comparison.flips.length, "question")} changed.`) : null;
  return el("details", { class: "measures" }, el("summary", {}, "All measures"), about, el("div", { class: "wide" }, el("table", {}, head, el("tbody", {}, rows))));
}
