#!/usr/bin/env python3
"""Makes extension-points.md: what a plugin may contribute, from the headers of the SDK.

    extension_points.py --output FILE [--root TREE]

Every method of bryo::Registrar, the types of its parameters with each field and its comment, and where to look on: the
header, the contract suite, the examples. A method or a field of a declaration without a comment is an error that names
it, so that none stays undocumented.
"""

import argparse
import dataclasses
import pathlib
import re
import sys

HEADERS = "sdk/plugin/include/bryo"
VOCABULARY = {"Task", "Result", "Status", "Error"}  # of every header; explained where it stands
TYPE_KINDS = re.compile(r"^(?:template\s*<[^{;]*?>\s*)?(struct|class|enum class|using)\s+(\w+)\s*(?!;)")
PREFACE = """# Extension points

What a plugin may contribute: the methods of `bryo::Registrar`
([`registrar.h`](../plugin/include/bryo/registrar.h)), which `Plugin::declare` calls. A declaration names everything
that an operator must know. The server checks all of it before the plugin starts; when one thing is wrong or taken, the
plugin is refused as a whole, and the sentence says what to change.

*Contract* is a suite of tests in [`bryo/contract/`](../plugin/include/bryo/contract) that every implementation has to
pass; it is installed with the headers. *Look at* names plugins that do it.
"""


@dataclasses.dataclass
class Statement:
    """One declaration: its code on one line, and the comment before or behind it."""

    code: str
    doc: str


@dataclasses.dataclass
class Type:
    kind: str  # struct, class, enum class, using
    name: str
    header: str
    doc: str
    code: str  # whole, on one line
    body: str  # what stands between the braces, as written


def statements(text):
    """The declarations of a namespace or a class, each with its comment; what is nested in them stays in their code."""
    found, doc, code, trailing, depth = [], [], [], [], 0
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("///<") and not code and found:  # goes on behind the line above
            found[-1].doc = f"{found[-1].doc} {stripped[4:].strip()}"
            continue
        if stripped.startswith("///") and not code:
            doc.append(stripped[3:].strip())
            continue
        if not stripped or stripped.startswith(("//", "#")):
            if not code:
                doc = [] if not stripped else doc
            else:
                code.append(line)
            continue
        plain, _, behind = line.partition("//")
        if behind.startswith("/<") and depth == 0 or behind.startswith("/<") and not code:
            trailing.append(behind[2:].strip())
        code.append(line)
        depth += sum(plain.count(c) for c in "({") - sum(plain.count(c) for c in ")}")
        ends = plain.rstrip().endswith((";", "}")) or re.fullmatch(r"\s*(public|protected|private):\s*", plain)
        if depth == 0 and ends:
            whole = "\n".join(code)
            found.append(Statement(whole, " ".join(doc + trailing).strip()))
            doc, code, trailing = [], [], []
    return found


def one_line(code):
    """Code without comments and line ends."""
    return re.sub(r"\s+", " ", re.sub(r"//[^\n]*", "", code)).strip()


def body_of(code):
    return code[code.index("{") + 1 : code.rindex("}")] if "{" in code else ""


def types_in(text, header):
    for statement in statements(text):
        if found := TYPE_KINDS.match(one_line(statement.code)):
            kind, name = found.groups()
            yield Type(kind, name, header, statement.doc, one_line(statement.code), body_of(statement.code))


def read_headers(folder):
    """Name -> type, of all headers of the SDK itself."""
    types = {}
    for path in sorted(folder.glob("*.h")):
        text = path.read_text()
        if "namespace bryo {" in text:
            text = text.split("namespace bryo {", 1)[1].rsplit("}  // namespace bryo", 1)[0]
            for one in types_in(text, path.name):
                if (one.body or one.kind == "using") and one.name not in VOCABULARY:
                    types.setdefault(one.name, one)
    return types


def fields_of(struct):
    """(type, name, default, doc) of the data members, in order."""
    for statement in statements(struct.body):
        code = one_line(statement.code)
        if code.startswith(("static ", "using ", "friend ", "template", "struct ", "enum ", "[[nodiscard]]", "public:", "private:")):
            continue
        member = re.fullmatch(r"(?P<type>.+?)\s+(?P<name>\w+)(?:\s*=\s*(?P<value>.+)|\{(?P<braced>.*)\})?;", code)
        if member and not re.search(r"\)\s*(const)?\s*$", member["type"]) and f"{struct.name}(" not in code:
            yield member["type"], member["name"], (member["value"] or member["braced"] or "").strip(), statement.doc


def enumerators_of(enum):
    """(name, doc) of the values."""
    doc = []
    for line in enum.body.splitlines():
        stripped = line.strip()
        if stripped.startswith("///") and not stripped.startswith("///<"):
            doc.append(stripped[3:].strip())
            continue
        code, _, behind = stripped.partition("///<")
        names = [part.split("=")[0].strip() for part in code.split(",")]
        for name in filter(None, names):
            yield name, " ".join(doc + ([behind.strip()] if behind else []))
            doc = []


def methods_of(registrar):
    """(name, signature, doc) of the public methods."""
    for statement in statements(registrar.body):
        code = one_line(statement.code)
        if code in ("protected:", "private:"):
            return
        if code == "public:" or "~" in code:
            continue
        signature = re.sub(r"\s*(= 0;|\{.*\}|;)$", "", code).removeprefix("virtual ")
        yield re.search(r"(\w+)\(", signature)[1], signature, statement.doc


def names_in(code, types):
    """The SDK's types that `code` names, in order, each once."""
    return list(dict.fromkeys(word for word in re.findall(r"\w+", code) if word in types))


def prose(text):
    """A comment as Markdown: what is not in backticks means itself."""
    parts = text.split("`")
    parts[::2] = [re.sub(r"([<>*\[\]])", r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)


def meaning(doc):
    """A comment that stands behind something, as a sentence of its own."""
    return prose(doc[:1].upper() + doc[1:])


def paragraph(doc):
    return [prose(doc), ""] if doc else []


def cell(text):
    return text.replace("|", "\\|")


def row(*cells):
    return "|" + "|".join(f" {text} " if text else " " for text in cells) + "|"


def quoted(code):
    return f"`{cell(code)}`" if code else ""


def anchor(name):
    return re.sub(r"[^\w-]", "", name.lower())


def first_sentence(doc):
    return re.split(r"(?<=[.;])\s", doc, maxsplit=1)[0].rstrip(".;") + "."


class Page:
    def __init__(self, root):
        self.root = root
        self.types = read_headers(root / HEADERS)
        self.missing = []
        self.shown = {}  # type -> method under which it stands
        self.used_by = self.read_users()

    def read_users(self):
        """Method -> folders of plugins that call it, with a link from the page."""
        users = {}
        folders = [*sorted((self.root / "examples").glob("*/")), *sorted(path.parent for path in (self.root / "plugins").rglob("CMakeLists.txt"))]
        for folder in folders:
            if folder == self.root / "plugins":
                continue
            for path in sorted(folder.glob("*.cc")) + sorted(folder.glob("*.h")):
                text = path.read_text()
                called = "|".join(set(re.findall(r"\bRegistrar& (\w+)", text))) or "registrar"
                for method in re.findall(rf"\b(?:{called})\.(\w+)\s*[<(]", text):
                    users.setdefault(method, {})[folder.name] = f"../../{folder.relative_to(self.root)}"
        return {method: [f"[`{name}`]({link})" for name, link in found.items()] for method, found in users.items()}

    def header_link(self, name):
        return f"[`{name}`](../plugin/include/bryo/{name})"

    def contract_of(self, signature):
        """The suite that is named like the header which declares the parameters."""
        for name in self.parameters(signature):
            header = f"{pathlib.Path(self.types[name].header).stem}_contract.h"
            if (self.root / HEADERS / "contract" / header).exists():
                return f"[`{header}`](../plugin/include/bryo/contract/{header})"
        return ""

    def parameters(self, signature):
        return names_in(signature[signature.index("(", signature.index(">") if signature.startswith("template") else 0) :], self.types)

    def need(self, doc, header, what):
        if not doc:
            self.missing.append(f"{HEADERS}/{header}: {what} has no comment; say in a few words what it is")
        return doc

    def structure(self, one):
        out = [f"### `{one.name}`", "", *paragraph(one.doc)]
        out += ["| Field | Type | Default | Meaning |", "|---|---|---|---|"]
        for kind, name, default, doc in fields_of(one):
            self.need(doc, one.header, f"field {one.name}::{name}")
            out.append(row(quoted(name), quoted(kind), quoted(default), cell(meaning(doc))))
        for nested in types_in(one.body, one.header):
            if nested.kind == "struct":
                members = ", ".join(f"`{kind} {name}`" for kind, name, *_ in fields_of(nested))
                out += ["", f"`{nested.name}`: {members}."]
        return out + [""]

    def enumeration(self, one):
        values = list(enumerators_of(one))
        if any(doc for _, doc in values):
            head = f"`{one.name}`: {prose(one.doc)}" if one.doc else f"`{one.name}` is one of:"
            return [head, "", *(f"- `{name}`: {meaning(doc)}" for name, doc in values), ""]
        names = ", ".join(f"`{name}`" for name, _ in values)
        return [f"`{one.name}`: {prose(one.doc)} One of {names}." if one.doc else f"`{one.name}` is one of {names}.", ""]

    def alias(self, one):
        target = one.code.split("=", 1)[1].strip().rstrip(";")
        return [f"### `{one.name}`", "", f"`{target}`", "", *paragraph(one.doc)]

    def interface(self, one):
        return [f"`{one.name}` ({self.header_link(one.header)})" + (f": {prose(one.doc)}" if one.doc else ""), ""]

    def describe(self, name, method):
        """A type and those that it names, each at its first mention on the page."""
        if name in self.shown:
            return []
        self.shown[name] = method
        one = self.types[name]
        if one.kind == "enum class":
            return self.enumeration(one)
        if one.kind == "class":
            return self.interface(one)
        out = self.alias(one) if one.kind == "using" else self.structure(one)
        inner = [one.code.split("=", 1)[1]] if one.kind == "using" else [kind for kind, *_ in fields_of(one)]
        for inner_name in dict.fromkeys(found for code in inner for found in names_in(code, self.types)):
            # What handlers get is the header's business; what is declared is this page's.
            if one.kind == "using" and self.types[inner_name].kind == "struct":
                out += [] if inner_name in self.shown else self.interface(self.types[inner_name])
                self.shown.setdefault(inner_name, method)
            else:
                out += self.describe(inner_name, method)
        return out

    def method(self, name, signature, doc):
        names = self.parameters(signature)
        facts = [f"Header: {', '.join(dict.fromkeys(self.header_link(self.types[one].header) for one in names))}"]
        if contract := self.contract_of(signature):
            facts.append(f"Contract: {contract}")
        if users := self.used_by.get(name):
            facts.append(f"Look at: {', '.join(users)}")
        out = [f"## `{name}`", "", prose(self.need(doc, "registrar.h", f"method Registrar::{name}")), ""]
        out += ["```cpp", f"{signature};", "```", "", ". ".join(facts) + ".", ""]
        for one in names:
            if one in self.shown:
                out += [f"`{one}`: see [`{self.shown[one]}`](#{anchor(self.shown[one])}).", ""]
            out += self.describe(one, name)
        return out

    def text(self):
        methods = list(methods_of(self.types["Registrar"]))
        out = [PREFACE, "| Call | Contributes | Contract | Look at |", "|---|---|---|---|"]
        for name, signature, doc in methods:
            contract, users = self.contract_of(signature), ", ".join(self.used_by.get(name, []))
            out.append(row(f"[`{name}`](#{anchor(name)})", cell(prose(first_sentence(doc))), contract, users))
        out.append("")
        for method in methods:
            out += self.method(*method)
        return "\n".join(out).rstrip("\n") + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", required=True, type=pathlib.Path)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2], help="the tree to read")
    options = parser.parse_args()
    page = Page(options.root)
    text = page.text()
    for problem in page.missing:
        print(problem, file=sys.stderr)
    if page.missing:
        return 1
    fresh = options.output.with_name(f".{options.output.name}.new")
    fresh.write_text(text)
    fresh.replace(options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
