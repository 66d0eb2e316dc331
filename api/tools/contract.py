#!/usr/bin/env python3
"""What is made of api/openapi.yaml: the JSON that the program checks requests by, and the page at /docs.

  contract.py openapi.yaml [--json OUT] [--html OUT]

Stops with a sentence when the contract breaks a rule of the house that no general linter knows."""
import argparse
import html
import json
import os
import re
import sys

import yaml

# What the dispatcher puts on every answer (src/http/dispatcher.cpp).
EVERY_ANSWER = ("RateLimit", "RateLimit-Policy", "X-Request-Id", "Access-Control-Allow-Origin")
METHODS = ("get", "post", "put", "patch", "delete")


class Loader(yaml.SafeLoader):
    """YAML 1.2's core schema: `no` and `on` are words, dates are text, a key stands once."""


Loader.yaml_implicit_resolvers = {}
for pattern, tag, first in ((r"^(true|false)$", "bool", "tf"), (r"^(null|~|)$", "null", ["n", "~", ""]),
                            (r"^[-+]?(0|[1-9][0-9]*)$", "int", "-+0123456789"),
                            (r"^[-+]?[0-9]+\.[0-9]+([eE][-+]?[0-9]+)?$", "float", "-+0123456789")):
    Loader.add_implicit_resolver("tag:yaml.org,2002:" + tag, re.compile(pattern), list(first))


def mapping(loader, node, deep=False):
    seen = set()
    for key, _ in node.value:
        if key.value in seen:
            raise SystemExit(f"openapi.yaml:{key.start_mark.line + 1}: '{key.value}' stands here twice")
        seen.add(key.value)
    loader.flatten_mapping(node)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, mapping)


class Contract:
    def __init__(self, document):
        self.document = document

    def resolve(self, value):
        while isinstance(value, dict) and "$ref" in value:
            found = self.document
            for step in value["$ref"][2:].split("/"):
                found = found[step]
            value = found
        return value

    def operations(self):
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield path, method, item[method], item.get("parameters", [])

    def complete(self):
        """Adds what holds for every answer, so that nobody writes it a hundred times."""
        headers = {name: {"$ref": f"#/components/headers/{name}"} for name in EVERY_ANSWER}
        for _, _, operation, _ in self.operations():
            operation["responses"].setdefault("500", {"$ref": "#/components/responses/Internal"})
            for status, answer in operation["responses"].items():
                if "$ref" not in answer:
                    answer["headers"] = {**answer.get("headers", {}), **headers}
        for answer in self.document["components"]["responses"].values():
            answer["headers"] = {**answer.get("headers", {}), **headers}

    def breaches(self):
        ids = set()
        for path, method, operation, shared in self.operations():
            where = f"{method.upper()} {path}"
            if operation["operationId"] in ids:
                yield f"{where}: operationId {operation['operationId']} stands twice"
            ids.add(operation["operationId"])
            named = {p["name"] for p in map(self.resolve, operation.get("parameters", []) + shared) if p["in"] == "path"}
            if named != set(re.findall(r"{(\w+)}", path)):
                yield f"{where}: the path's parameters and the declared ones differ"
            if operation.get("security") != [] and "401" not in operation["responses"]:
                yield f"{where}: wants a token, so 401 is one of its answers"
            body = self.resolve(operation.get("requestBody", {})).get("content", {}).get("application/json")
            if body and "x-checked-by-handler" not in operation:
                yield from self.open_objects(body["schema"], f"{where} body", set())

    def open_objects(self, schema, where, seen):
        """Request objects that would take fields of any name."""
        if "$ref" in schema:
            if schema["$ref"] in seen:
                return
            seen.add(schema["$ref"])
        schema = self.resolve(schema)
        if schema.get("type") == "object" and "additionalProperties" not in schema:
            yield f"{where}: an object of a request needs additionalProperties: false"
        for name, each in schema.get("properties", {}).items():
            yield from self.open_objects(each, f"{where}/{name}", seen)
        for each in [schema["items"]] if "items" in schema else []:
            yield from self.open_objects(each, where + "/items", seen)
        for word in ("oneOf", "anyOf", "allOf"):
            for each in schema.get(word, []):
                yield from self.open_objects(each, where, seen)


def text(words):
    """Escaped, with `code` and paragraphs."""
    paragraphs = re.split(r"\n\s*\n", words.strip())
    out = []
    for paragraph in paragraphs:
        escaped = html.escape(" ".join(paragraph.split()), quote=False)
        out.append("<p>" + re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped) + "</p>")
    return "".join(out)


def inline(words):
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(" ".join(str(words).split()), quote=False))


class Page:
    def __init__(self, contract):
        self.contract = contract
        self.out = []

    def write(self, piece):
        self.out.append(piece)

    def name_of(self, schema):
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            return f'<a href="#schema-{name}">{name}</a>'
        kind = schema.get("type", "any")
        if kind == "array":
            return "list of " + self.name_of(schema.get("items", {}))
        if isinstance(kind, list):
            return " or ".join(kind)
        for word in ("oneOf", "anyOf"):
            if word in schema:
                return " or ".join(self.name_of(each) for each in schema[word])
        return kind

    def limits(self, schema):
        schema = self.contract.resolve(schema)
        said = []
        if "enum" in schema:
            said.append(", ".join(f"<code>{html.escape(json.dumps(v))}</code>" for v in schema["enum"]))
        for word, label in (("minLength", "at least {} characters"), ("maxLength", "at most {} characters"),
                            ("minimum", "from {}"), ("maximum", "to {}"), ("maxItems", "at most {} items")):
            if word in schema and schema[word] not in (0, "0"):
                said.append(label.format(schema[word]))
        if "pattern" in schema:
            said.append(f"form <code>{html.escape(schema['pattern'])}</code>")
        if "default" in schema:
            said.append(f"default <code>{html.escape(json.dumps(schema['default']))}</code>")
        return "; ".join(said)

    def example(self, schema, depth=0):
        schema = self.contract.resolve(schema)
        if schema.get("examples"):
            return schema["examples"][0]
        if "default" in schema:
            return schema["default"]
        if "enum" in schema:
            return schema["enum"][0]
        for word in ("oneOf", "anyOf", "allOf"):
            if word in schema:
                return self.example(schema[word][0], depth)
        kind = schema.get("type", "string")
        if isinstance(kind, list):
            kind = kind[0]
        if kind == "object":
            wanted = schema.get("properties", {})
            return {} if depth > 3 else {name: self.example(each, depth + 1) for name, each in wanted.items()}
        if kind == "array":
            return [] if depth > 3 else [self.example(schema.get("items", {}), depth + 1)]
        if kind in ("integer", "number"):
            return schema.get("minimum", 1)
        if kind == "boolean":
            return True
        patterned = re.match(r"^\^([a-z])\[1-9\]", schema.get("pattern", ""))
        if patterned:
            return patterned.group(1) + "7"
        return {"date-time": "2026-01-31T09:30:00Z", "email": "ada@example.org", "uri": "https://example.org/"}.get(
            schema.get("format"), "…")

    def fields(self, schema):
        schema = self.contract.resolve(schema)
        rows = schema.get("properties", {})
        if not rows:
            return
        self.write("<table><thead><tr><th>field</th><th>type</th><th>what</th></tr></thead><tbody>")
        for name, each in rows.items():
            must = ' <span class="must">required</span>' if name in schema.get("required", []) else ""
            said = [inline(each["description"])] if "description" in each else []
            limits = self.limits(each)
            if limits:
                said.append(f'<span class="limits">{limits}</span>')
            self.write(f"<tr><td><code>{html.escape(name)}</code>{must}</td><td>{self.name_of(each)}</td>"
                       f"<td>{' '.join(said)}</td></tr>")
        self.write("</tbody></table>")

    def parameters(self, operation, shared):
        rows = [self.contract.resolve(p) for p in shared + operation.get("parameters", [])]
        if not rows:
            return
        self.write("<table><thead><tr><th>parameter</th><th>in</th><th>what</th></tr></thead><tbody>")
        for p in rows:
            must = ' <span class="must">required</span>' if p.get("required") else ""
            limits = self.limits(p["schema"])
            extra = f' <span class="limits">{limits}</span>' if limits else ""
            self.write(f"<tr><td><code>{html.escape(p['name'])}</code>{must}</td><td>{p['in']}</td>"
                       f"<td>{inline(p.get('description', ''))}{extra}</td></tr>")
        self.write("</tbody></table>")

    def curl(self, path, method, operation, body):
        filled = re.sub(r"{(\w+)}", lambda m: m.group(1).upper(), path)
        line = "curl" + ("" if method == "get" else f" -X {method.upper()}")
        if operation.get("security") != []:
            line += ' -H "Authorization: Bearer $TOKEN"'
        line += f" https://mail.example.org{filled}"
        if body is not None:
            line += " \\\n  -H 'Content-Type: application/json' \\\n  -d '" + json.dumps(body, indent=2, ensure_ascii=False).replace(
                "'", "'\\''") + "'"
        return html.escape(line, quote=False)

    def credentials(self, operation):
        if operation.get("security") == []:
            return "Needs no token."
        names = {"accessToken": "a session", "apiKey": "an API key", "appPassword": "an app password"}
        taken = []
        for requirement in operation.get("security", self.contract.document["security"]):
            for scheme, scopes in requirement.items():
                taken.append(names[scheme] + (f" with {', '.join(f'<code>{scope}</code>' for scope in scopes)}" if scopes else ""))
        return "Takes " + ", ".join(taken[:-1]) + (" or " if len(taken) > 1 else "") + taken[-1] + "."

    def operation(self, path, method, operation, shared):
        self.write(f'<section class="operation" id="{operation["operationId"]}"><h3><span class="method {method}">{method.upper()}</span> '
                   f'<code>{html.escape(path)}</code></h3><p class="summary">{inline(operation["summary"])}</p>')
        if "description" in operation:
            self.write(text(operation["description"]))
        self.write(f'<p class="limits">{self.credentials(operation)}</p>')
        if operation.get("deprecated"):
            self.write('<p class="must">Deprecated: do not use it in anything new.</p>')
        self.parameters(operation, shared)
        body = self.contract.resolve(operation.get("requestBody", {})).get("content", {}).get("application/json")
        example = None
        if body:
            self.write("<h4>Body</h4>")
            self.fields(body["schema"])
            example = self.example(body["schema"])
        self.write(f"<pre>{self.curl(path, method, operation, example)}</pre>")
        self.write("<h4>Answers</h4>")
        plain = []
        for status, answer in operation["responses"].items():
            answer = self.contract.resolve(answer)
            if not status.startswith("2"):
                if status != "default":
                    plain.append(f"<li><code>{status}</code> {inline(answer['description'])}</li>")
                continue
            self.write(f"<p><code>{status}</code> {inline(answer['description'])}</p>")
            content = answer.get("content", {}).get("application/json")
            if content:
                self.fields(content["schema"])
                shown = json.dumps(self.example(content["schema"]), indent=2, ensure_ascii=False)
                self.write(f"<pre>{html.escape(shown, quote=False)}</pre>")
        self.write(f"<details><summary>Refusals</summary><ul>{''.join(plain)}</ul></details></section>")

    def render(self):
        document = self.contract.document
        operations = list(self.contract.operations())
        title = html.escape(document["info"]["title"])
        self.write(f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
                   f'initial-scale=1"><title>{title}: REST API</title><link rel="stylesheet" href="/docs/style.css"></head><body><nav>'
                   f"<strong>{title}</strong>")
        for tag in document["tags"]:
            self.write(f'<h2><a href="#tag-{tag["name"]}">{tag["name"]}</a></h2><ul>')
            for path, method, operation, _ in operations:
                if operation["tags"][0] == tag["name"]:
                    self.write(f'<li><a href="#{operation["operationId"]}"><span class="method {method}">{method.upper()}</span> '
                               f'{html.escape(operation["summary"])}</a></li>')
            self.write("</ul>")
        self.write(f'</nav><main><h1>{title}: REST API {html.escape(document["info"]["version"])}</h1>')
        self.write(f'<p>{len(operations)} endpoints. The contract itself: <a href="/api/openapi.yaml">YAML</a>, '
                   f'<a href="/api/openapi.json">JSON</a> (OpenAPI {html.escape(document["openapi"])}).</p>')
        self.write(text(document["info"].get("description", "")))
        for tag in document["tags"]:
            self.write(f'<h2 id="tag-{tag["name"]}">{tag["name"]}</h2><p>{inline(tag["description"])}</p>')
            for each in operations:
                if each[2]["tags"][0] == tag["name"]:
                    self.operation(*each)
        self.write("<h2>Schemas</h2>")
        for name, schema in document["components"]["schemas"].items():
            self.write(f'<section id="schema-{name}"><h3>{name}</h3>')
            if "description" in schema:
                self.write(text(schema["description"]))
            self.write(f'<p class="limits">{self.name_of(schema)} {self.limits(schema)}</p>')
            self.fields(schema)
            self.write("</section>")
        self.write("</main></body></html>\n")
        return "".join(self.out)


def save(path, content):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("source")
    arguments.add_argument("--json")
    arguments.add_argument("--html")
    given = arguments.parse_args()
    with open(given.source, encoding="utf-8") as file:
        contract = Contract(yaml.load(file, Loader))
    breaches = list(contract.breaches())
    for line in breaches:
        print("openapi.yaml: " + line, file=sys.stderr)
    if breaches:
        return 1
    page = Page(contract).render() if given.html else ""
    contract.complete()
    if given.json:
        save(given.json, json.dumps(contract.document, ensure_ascii=False, separators=(",", ":")))
    if given.html:
        save(given.html, page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
