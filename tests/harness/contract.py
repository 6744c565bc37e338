"""Holds what the service answers against what it documents: every answer to a test's request, as it comes."""

import json
import re

from jsonschema import Draft202012Validator


def matches(refusal, detail):
    """Whether an answer's text is that of a refusal, whatever stands in the place of its subject."""
    return re.fullmatch(re.escape(refusal).replace(r"\{\}", ".+"), detail) is not None


class Contract:
    """The OpenAPI document of a running service."""

    def __init__(self, document):
        self.document = document
        self.operations = [(method.upper(),
                            re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path)) + r"\Z"), operation)
                           for path, methods in document["paths"].items()
                           for method, operation in methods.items()]

    def find(self, method, path):
        """The operation of a request, None where it is not of the contract. A fixed
        path goes before a pattern."""
        found = [(pattern.pattern.count("[^/]+"), operation) for wanted, pattern, operation in self.operations
                 if wanted == method and pattern.match(path.split("?")[0])]
        return min(found, key=lambda each: each[0])[1] if found else None

    def resolve(self, schema):
        """A schema that a validator takes, its references in it."""
        return {**schema, "components": self.document["components"]}

    def check(self, method, path, status, text):
        """Fails where the answer is not one that is documented."""
        operation = self.find(method, path)
        if operation is None:
            return
        name = f"{method} {operation['operationId']}"
        assert str(status) in operation["responses"], \
            f"{name} answered {status}, which is not documented: {text}"
        documented = operation["responses"][str(status)]
        schema = documented["content"]["application/json"]["schema"]
        errors = [error.message
                  for error in Draft202012Validator(self.resolve(schema)).iter_errors(json.loads(text))]
        assert not errors, f"{name} answered {status} {text}: {errors}"
        extra = set(json.loads(text)) - set(self.properties(schema))
        assert not extra, f"{name} answered {extra}, which is not documented"
        if schema.get("$ref", "").endswith("/Detail"):
            detail = json.loads(text)["detail"]
            assert any(matches(refusal, detail) for refusal in documented["description"].split(" / ")), \
                f"{name} answered {status} {detail}, but documents {documented['description']}"

    def properties(self, schema):
        """The keys that an object of the schema has."""
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].split("/")[-1]]
        return schema["properties"]
