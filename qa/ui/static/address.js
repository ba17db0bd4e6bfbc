// The question in the address: `?q=…` asks it; `h=…`, once for each, are the questions before it, oldest first.

const LONGEST = 1500; // characters of earlier questions: an address has its limits

/** An address that asks `question` again, after the same questions. */
export function link(question, history = []) {
  const url = new URL(location.pathname, location.origin);
  write(url, question, history);
  return url.href;
}

/** The address and the title follow the last question; null: there is none. */
export function showInAddress(question, history = []) {
  const url = new URL(location);
  url.hash = "";
  write(url, question, history);
  window.history.replaceState(window.history.state, "", url);
  document.title = question === null ? "Pincite" : `${question} – Pincite`;
}

function write(url, question, history) {
  url.searchParams.delete("q");
  url.searchParams.delete("h");
  if (question === null) return;
  url.searchParams.set("q", question);
  for (const earlier of latest(history)) url.searchParams.append("h", earlier);
}

/** The latest of the earlier questions that fit, the last one before `question` at the end. */
function latest(history) {
  let room = LONGEST;
  return history.filter(Boolean).toReversed().filter((earlier) => (room -= earlier.length) >= 0).toReversed();
}

/** What the page was opened with: {question, history}, or null. */
export function questionInAddress(longest) {
  const given = new URLSearchParams(location.search);
  const question = given.get("q")?.trim().slice(0, longest);
  const history = given.getAll("h").map((earlier) => earlier.trim().slice(0, longest)).filter(Boolean);
  return question ? { question, history } : null;
}
