// What every part of the screen uses: DOM without HTML strings, requests, words and numbers for people.

/** An element. `attributes`: `class`, `onclick`…, any attribute; null and false leave it out. Strings become text nodes. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

const ICONS = {
  out: "M6 3H3v10h10v-3M9 3h4v4M13 3 7 9",
  down: "M8 2v8M4.5 6.5 8 10l3.5-3.5M3 13h10",
  copy: "M5 5V3h8v8h-2M3 5h8v8H3z",
  link: "M7 9 9 7M6 7 4 9a2 2 0 0 0 3 3l2-2M7 6l2-2a2 2 0 0 1 3 3l-2 2",
  close: "M4 4l8 8M12 4l-8 8",
  back: "M9 3 4 8l5 5M4 8h9",
  left: "M10 3 5 8l5 5",
  right: "M6 3l5 5-5 5",
  send: "M8 13V3M4 7l4-4 4 4",
  theme: "M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12",
  plus: "M8 3v10M3 8h10",
  bin: "M3 5h10M6 5V3h4v2M4.5 5l.5 8h6l.5-8",
  yes: "M3 8.5 6.5 12 13 4.5",
  no: "M4 4l8 8M12 4l-8 8",
  undo: "M6 3 3 6l3 3M3 6h6a4 4 0 0 1 0 8H6",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

const ITEMS = /^\s*(?:[•‣◦▪·*\-–—]|\d{1,3}[.)]|\(?[a-z]\))\s/gim;

/** The quote as a mark, the words that answer marked more strongly inside it. Offsets are relative to `quote`. */
export function marked(quote, spanStart, spanEnd) {
  const list = (quote.match(ITEMS) ?? []).length > 1 ? "list" : null; // its items keep their lines
  if (!(spanStart >= 0 && spanStart < spanEnd && spanEnd <= quote.length)) return el("mark", { class: list }, quote);
  const span = el("strong", {}, quote.slice(spanStart, spanEnd));
  const whole = spanEnd - spanStart > 0.8 * quote.length; // all of it bold would stress nothing
  return el("mark", { class: [whole && "whole", list].filter(Boolean).join(" ") || null }, quote.slice(0, spanStart), span, quote.slice(spanEnd));
}

/** An error of the API: `state` is "loading", "busy" or "failed" where asking again may help. */
export class ApiError extends Error {
  constructor(message, state = null) {
    super(message);
    this.state = state;
  }
}

/** JSON from the API; POSTs `body` if there is one. Always ends: throws ApiError with a message for a person. */
export async function api(path, body, { seconds = 90, method } = {}) {
  const request = { method, signal: AbortSignal.timeout(seconds * 1000), headers: { Accept: "application/json" } };
  if (body !== undefined) {
    request.method ??= "POST";
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  let response;
  let given;
  try {
    response = await fetch(path, request);
    given = await response.json();
  } catch (error) {
    throw new ApiError(explain(error, response, seconds));
  }
  if (!response.ok) throw new ApiError(detail(given), given.state ?? null);
  return given;
}

function explain(error, response, seconds) {
  if (error.name === "TimeoutError") return `No answer came within ${seconds} seconds.`;
  if (response) return `The server's answer could not be read (status ${response.status}).`;
  return "Pincite cannot be reached. Is it still running?";
}

function detail(given) {
  if (Array.isArray(given.detail)) return sentence(given.detail[0]?.msg ?? "The question was not understood");
  return sentence(String(given.detail ?? "Something went wrong"));
}

export function sentence(text) {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(capital) ? capital : `${capital}.`;
}

export const documentPath = (id) => `api/v1/documents/${id.split("/").map(encodeURIComponent).join("/")}`;

/** A link out of the page, or null where the address is neither http(s) nor a path of ours. */
export function outside(href, ...children) {
  const url = URL.canParse(href, document.baseURI) ? new URL(href, document.baseURI) : null;
  if (!url || !/^https?:$/.test(url.protocol)) return null;
  return el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer", class: "quiet" }, ...children);
}

export const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

export function strength(confidence) {
  return confidence >= 0.8 ? "strong" : confidence >= 0.65 ? "good" : "fair";
}

export function day(iso) {
  const date = new Date(`${iso}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(iso ?? "") || Number.isNaN(date.getTime())) return iso ?? null;
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
}

export function bytes(size) {
  if (size < 1000) return count(size, "byte");
  return size < 1e6 ? `${(size / 1e3).toFixed(1)} KB` : `${(size / 1e6).toFixed(1)} MB`;
}

export function duration(seconds) {
  return seconds < 1 ? `${Math.max(1, Math.round(seconds * 1000))} ms` : `${seconds.toFixed(1)} s`;
}

/** Parts that are there, with a dot between them. */
export const dotted = (...parts) => parts.filter(Boolean).join(" · ");

let live;
/** Say something to a screen reader. */
export function announce(text) {
  live ??= document.body.appendChild(el("div", { role: "status", "aria-live": "polite", class: "only-read" }));
  live.textContent = text;
}

/** Copy and say so on the button. */
export async function copy(text, button) {
  const done = (await write(text)) ? "Copied" : "Copying failed";
  const label = button.querySelector("span");
  button.dataset.label ??= label.textContent;
  label.textContent = done;
  announce(done);
  clearTimeout(button.timer);
  button.timer = setTimeout(() => (label.textContent = button.dataset.label), 2000);
}

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writeOldWay(text); // without https there is no clipboard object
  }
}

function writeOldWay(text) {
  const area = document.body.appendChild(el("textarea", { class: "only-read" }));
  const before = document.activeElement;
  area.value = text;
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  before?.focus();
  return done;
}
