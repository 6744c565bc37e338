// Shows openapi.json and tries its operations. Everything goes into the page as text, never as markup.
"use strict";

const base = location.pathname.replace(/\/docs\/.*$/, "");

// make("p", {class: "x"}, "text", child): an element.
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function typeOf(schema) {
  if (schema.enum) return schema.enum.join(" | ");
  const types = [].concat(schema.type || "any").join(" or ");
  const bounds = ["minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength"]
    .filter((key) => key in schema).map((key) => `${key} ${schema[key]}`);
  return [types, ...bounds].join(", ");
}

// Rows of a schema's properties, nested ones by their path.
function rowsOf(schema, prefix) {
  const rows = [];
  for (const [name, property] of Object.entries(schema.properties || {})) {
    const path = prefix + name;
    const needed = (schema.required || []).includes(name) ? "" : " (optional)";
    rows.push(make("tr", {}, make("td", {}, make("code", {}, path)), make("td", {}, typeOf(property) + needed),
      make("td", {}, property.description || "")));
    rows.push(...rowsOf(property, path + "."), ...rowsOf(property.items || {}, path + "[]."));
  }
  return rows;
}

function table(titles, rows) {
  return make("table", {}, make("tr", {}, ...titles.map((title) => make("th", {}, title))), ...rows);
}

function example(schema) {
  const type = [].concat(schema.type)[0];
  if (schema.enum) return schema.enum[0];
  if (type === "object") {
    return Object.fromEntries(Object.entries(schema.properties || {}).map(([name, value]) => [name, example(value)]));
  }
  if (type === "array") return [example(schema.items)];
  return { integer: schema.minimum || 0, boolean: true }[type] ?? "";
}

function resolve(specification, schema) {
  return schema.$ref ? specification.components.schemas[schema.$ref.split("/").pop()] : schema;
}

// The headers that an operation's credential takes, and how to get them.
function credentials(specification, operation) {
  const schemes = [...new Set(operation.security.flatMap((together) => Object.keys(together)))];
  return schemes.map((name) => {
    const scheme = specification.components.securitySchemes[name];
    return { header: scheme.name || "Authorization", doc: scheme.description };
  });
}

function field(fields, name, place, doc) {
  const input = make("input", { spellcheck: "false", autocomplete: "off" });
  fields.push({ name, place, input });
  return make("label", {}, make("code", {}, name), doc ? ` ${doc}` : "", input);
}

// What the fields say: [path with query, headers].
function requestOf(path, fields) {
  const query = new URLSearchParams();
  const headers = {};
  for (const { name, place, input } of fields) {
    if (place === "path") path = path.replace(`{${name}}`, encodeURIComponent(input.value));
    else if (place === "query" && input.value) query.set(name, input.value);
    else if (place === "header" && input.value) headers[name] = input.value;
  }
  return [path + (query.size ? `?${query}` : ""), headers];
}

function form(specification, method, path, operation) {
  const fields = [];
  const out = make("pre", { hidden: "" });
  const sign = make("pre", {});
  const parts = operation.parameters.map((p) => field(fields, p.name, p.in, p.description));
  const seen = new Set();
  for (const { header, doc } of credentials(specification, operation)) {
    if (!seen.has(header)) parts.push(field(fields, header, "header", doc));
    seen.add(header);
  }
  let body = null;
  if (operation.requestBody) {
    body = make("textarea", { spellcheck: "false" });
    body.value = JSON.stringify(example(operation.requestBody.content["application/json"].schema), null, 2);
    parts.push(make("label", {}, make("code", {}, "body"), body));
  }
  const send = make("button", { type: "button" }, "Send");
  send.addEventListener("click", async () => {
    const [target, headers] = requestOf(path, fields);
    if (body) headers["Content-Type"] = "application/json";
    out.hidden = false;
    out.textContent = "…";
    try {
      const answer = await fetch(base + target, { method, headers, body: body ? body.value : undefined });
      out.textContent = `${answer.status} ${answer.statusText}\n${await answer.text()}`;
    } catch (error) {
      out.textContent = String(error);
    }
  });
  if (seen.has("X-Chutes-Hotkey")) {
    const show = () => {
      const file = body ? " --body body.json" : "";
      sign.textContent = `RIGGER_SEED=… riggerctl sign ${method} '${requestOf(path, fields)[0]}'${file}`;
    };
    fields.forEach(({ input }) => input.addEventListener("input", show));
    show();
    parts.push(make("p", {}, "Signed headers, good for one request:"), sign);
  }
  return [make("h2", {}, "Try it"), ...parts, send, out];
}

function card(specification, method, path, operation) {
  const inside = make("div", {});
  const details = make("details", { id: operation.operationId },
    make("summary", {}, make("span", { class: "method" }, method), make("code", {}, path), ` ${operation.summary}`), inside);
  if (operation.requestBody) {
    inside.append(make("h2", {}, "Body"),
      table(["name", "type", ""], rowsOf(operation.requestBody.content["application/json"].schema, "")));
  }
  const answers = Object.entries(operation.responses)
    .map(([status, answer]) => make("tr", {}, make("td", {}, make("code", {}, status)), make("td", {}, answer.description)));
  inside.append(make("h2", {}, "Answers"), table(["status", ""], answers));
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (!status.startsWith("2")) continue;
    const schema = resolve(specification, answer.content["application/json"].schema);
    inside.append(make("h2", {}, `In a ${status}`), table(["name", "type", ""], rowsOf(schema, "")));
  }
  inside.append(...form(specification, method, path, operation));
  return details;
}

async function show() {
  const about = document.getElementById("about");
  const operations = document.getElementById("operations");
  try {
    const specification = await (await fetch("../openapi.json")).json();
    document.getElementById("title").textContent = `${specification.info.title} ${specification.info.version}`;
    about.replaceChildren(`${specification.info.description} The document: `, make("a", { href: "../openapi.json" }, "openapi.json"), ".");
    for (const [path, methods] of Object.entries(specification.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        operations.append(card(specification, method.toUpperCase(), path, operation));
      }
    }
    const chosen = document.getElementById(location.hash.slice(1));
    if (chosen && chosen.tagName === "DETAILS") chosen.open = true;
  } catch (error) {
    about.textContent = `openapi.json could not be read: ${error}`;
  }
}

show();
