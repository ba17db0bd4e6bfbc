// The question in the address: `?q=…` asks it.

/** An address that asks `question` again. */
export function link(question) {
  const url = new URL(location.pathname, location.origin);
  url.searchParams.set("q", question);
  return url.href;
}

/** The address and the title follow the last question. */
export function showInAddress(question) {
  const url = new URL(location);
  url.hash = "";
  if (question === null) url.searchParams.delete("q");
  else url.searchParams.set("q", question);
  history.replaceState(history.state, "", url);
  document.title = question === null ? "Pincite" : `${question} – Pincite`;
}

/** The question the page was opened with, or undefined. */
export function questionInAddress(longest) {
  return new URLSearchParams(location.search).get("q")?.trim().slice(0, longest);
}
