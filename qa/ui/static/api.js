// The page at api/v1/docs: every route and object that openapi.json describes, as text, without a library.
import { el } from "./lib.js";

const main = document.querySelector("main");
try {
  const response = await fetch("openapi.json");
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  main.replaceChildren(...page(await response.json()));
} catch (error) {
  main.replaceChildren(el("h1", {}, "REST API"), el("p", { role: "alert" }, `The description could not be read: ${error.message}`));
}
main.removeAttribute("aria-busy");
document.getElementById(location.hash.slice(1))?.scrollIntoView();

function page(spec) {
  const json = el("a", { href: "openapi.json" }, "openapi.json");
  const intro = el("p", {}, `${spec.info.description} Version ${spec.info.version}; for programs: `, json, ".");
  const operations = Object.entries(spec.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => route(method.toUpperCase(), path, operation, spec)));
  const objects = Object.entries(spec.components.schemas).map(([name, schema]) => object(name, schema));
  return [el("h1", {}, `${spec.info.title}: REST API`), intro, ...operations, el("h2", {}, "Objects"), ...objects];
}

function route(method, path, operation, spec) {
  const [format, body] = Object.entries(operation.requestBody?.content ?? {}).map(([kind, its]) => [kind, its.schema])[0] ?? [];
  const parameters = operation.parameters?.map((each) => field(each.name, each.schema, each.required, each.description));
  const statuses = Object.entries(operation.responses).map(([status, response]) => answer(status, response));
  return el("section", { "aria-label": `${method} ${path}` },
    el("h2", {}, el("code", {}, `${method} ${path}`)),
    el("p", {}, operation.description ?? operation.summary ?? ""),
    parameters ? table("In the address", parameters) : null,
    body ? el("p", {}, "Takes ", ...type(body), ` as ${format}.`) : null,
    format === "application/json" ? el("pre", {}, example(path, body, spec)) : null,
    table("Gives", statuses));
}

function answer(status, response) {
  const schema = response.content?.["application/json"]?.schema;
  return el("tr", {}, el("th", { scope: "row" }, status), el("td", {}, ...(schema ? type(schema) : ["the file"])),
    el("td", { class: "soft" }, response.description ?? ""));
}

/** A command to paste, with the fields that must be given. */
function example(path, body, spec) {
  const where = new URL(path.replace(/^\//, "../../"), document.baseURI).href;
  const schema = spec.components.schemas[body.$ref?.split("/").pop()] ?? body;
  const fields = (schema.required ?? []).map((name) => [name, { array: [], string: "…" }[schema.properties[name].type] ?? null]);
  return `curl -s ${where} -H 'Content-Type: application/json' -d '${JSON.stringify(Object.fromEntries(fields))}'`;
}

function object(name, schema) {
  const fields = Object.entries(schema.properties ?? {}).map(([its, value]) =>
    field(its, value, schema.required?.includes(its), value.description));
  const heading = el("h3", { id: name }, name);
  return el("section", {}, heading, schema.description ? el("p", {}, schema.description) : null, table("", fields));
}

function field(name, schema, required, description) {
  const value = "default" in schema ? `default ${JSON.stringify(schema.default)}` : "optional";
  const notes = [description, ...limits(schema), required ? null : value].filter(Boolean).join("; ");
  return el("tr", {}, el("th", { scope: "row" }, el("code", {}, name)), el("td", {}, ...type(schema)), el("td", { class: "soft" }, notes));
}

function table(caption, rows) {
  return el("table", {}, caption ? el("caption", {}, caption) : null, el("tbody", {}, rows));
}

/** A schema in words: nodes, those of named objects being links to them. */
function type(schema) {
  if (schema.$ref) return [link(schema.$ref.split("/").pop())];
  if (schema.anyOf) return schema.anyOf.flatMap((each, index) => [...(index ? [" or "] : []), ...type(each)]);
  if (schema.enum) return [schema.enum.map((each) => JSON.stringify(each)).join(", ")];
  if (schema.type === "array") return ["list of ", ...type(schema.items ?? schema.prefixItems?.[0] ?? {})];
  if (schema.type === "object" && schema.additionalProperties) return ["object of ", ...type(schema.additionalProperties)];
  return [schema.type ?? "anything"];
}

function link(name) {
  return el("a", { href: `#${name}` }, name);
}

function limits(schema) {
  const names = { minimum: "from", maximum: "to", minLength: "characters at least", maxLength: "characters at most", maxItems: "at most" };
  return Object.entries(names).filter(([key]) => key in schema).map(([key, words]) => `${words} ${schema[key]}`);
}
