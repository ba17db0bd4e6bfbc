// Small plots of an evaluation, drawn as SVG nodes; colours come from the theme.

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [320, 220];
const BOX = { left: 40, right: 298, top: 10, bottom: 184 };

function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const text = (x, y, words, attributes = {}) => svg("text", { x, y, ...attributes }, words);
const across = (share) => BOX.left + share * (BOX.right - BOX.left);
const up = (share, most = 1) => BOX.bottom - (share / most) * (BOX.bottom - BOX.top);
const percent = (share) => `${Math.round(100 * share)} %`;

/** An empty plot with axes from 0 to 1 across and 0 to `most` up. */
function frame(label, xName, most = 1, height = HEIGHT) {
  const root = svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "plot", role: "img", "aria-label": label });
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    root.append(svg("line", { class: "grid", x1: BOX.left, x2: BOX.right, y1: up(share * most, most), y2: up(share * most, most) }));
    root.append(text(BOX.left - 6, up(share * most, most) + 4, percent(share * most), { "text-anchor": "end" }));
    root.append(text(across(share), BOX.bottom + 16, percent(share), { "text-anchor": "middle" }));
  }
  root.append(text((BOX.left + BOX.right) / 2, BOX.bottom + 32, xName, { "text-anchor": "middle", class: "name" }));
  return root;
}

/** `points`: [share answered, share of those wrong]. Null where nothing was answered. */
export function riskCoverage(points) {
  if (!points.length) return null;
  const worst = Math.max(...points.map(([, risk]) => risk));
  const most = [0.1, 0.2, 0.4, 0.6, 0.8, 1].find((each) => each >= worst);
  const [coverage, risk] = points.at(-1);
  const said = `All that is answered: ${percent(coverage)} of the questions, ${percent(risk)} of the answers wrong.`;
  const root = frame(said, "share of questions answered", most);
  const steps = points.map(([x, y]) => `${across(x)},${up(y, most)}`);
  root.append(svg("polyline", { class: "curve", points: [`${across(0)},${up(points[0][1], most)}`, ...steps].join(" ") }));
  root.append(svg("circle", { class: "dot", cx: across(coverage), cy: up(risk, most), r: 4 }));
  return root;
}

/** `bins`: {n, confidence, right, low, high}. Null where nothing was answered. */
export function reliability(bins) {
  if (!bins.length) return null;
  const said = bins.map((each) => `${percent(each.confidence)} confidence: ${percent(each.right)} right of ${each.n}`).join("; ");
  const root = frame(said, "confidence");
  root.append(svg("line", { class: "ideal", x1: across(0), y1: up(0), x2: across(1), y2: up(1) }));
  for (const { n, confidence, right, low, high } of bins) {
    const x = across(confidence);
    root.append(svg("line", { class: "interval", x1: x, x2: x, y1: up(low), y2: up(high) }));
    root.append(svg("circle", { class: "dot", cx: x, cy: up(right), r: Math.min(8, 3 + Math.sqrt(n) / 2) }, svg("title", {}, `${n} answers`)));
  }
  return root;
}

/** A bar for each type of question with its interval. Null where no type has the measure. */
export function byType(types, measure) {
  const rows = Object.entries(types)
    .map(([type, all]) => ({ type: type || "other", ...all.find((each) => each.measure === measure) }))
    .filter((each) => each.n && each.value !== null)
    .sort((one, other) => other.value - one.value);
  if (!rows.length) return null;
  const step = 22;
  const height = rows.length * step + 26;
  const [left, right] = [116, 296];
  const at = (share) => left + share * (right - left);
  const said = rows.map((each) => `${each.type}: ${percent(each.value)} of ${each.n}`).join("; ");
  const root = svg("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "plot", role: "img", "aria-label": said });
  for (const share of [0, 0.5, 1]) {
    root.append(svg("line", { class: "grid", x1: at(share), x2: at(share), y1: 0, y2: rows.length * step }));
    root.append(text(at(share), rows.length * step + 16, percent(share), { "text-anchor": "middle" }));
  }
  for (const [index, { type, n, value, low, high }] of rows.entries()) {
    const middle = index * step + step / 2;
    root.append(text(left - 8, middle + 4, `${short(type)} (${n})`, { "text-anchor": "end" }));
    root.append(svg("rect", { class: "bar", x: left, y: middle - 6, width: Math.max(1, at(value) - left), height: 12, rx: 2 }));
    if (low !== null) root.append(svg("line", { class: "interval", x1: at(low), x2: at(high), y1: middle, y2: middle }));
  }
  return root;
}

const short = (type) => (type.length > 14 ? `${type.slice(0, 13)}…` : type);
