"""Reads an XBRL instance with expat, in one pass: no DTD, no entity, no other file, everything bounded."""

from __future__ import annotations

from typing import NamedTuple
from xml.parsers import expat

from portal.xbrl.contexts import XBRLI, ContextDraft, UnitDraft
from portal.xbrl.errors import ForbiddenMarkup, NotXbrl, NotXml, TooLarge, XbrlError
from portal.xbrl.limits import DEFAULT_LIMITS, Limits
from portal.xbrl.model import Context, Fact, Instance, Name, Step, Unit

_LINK = "http://www.xbrl.org/2003/linkbase"
_HREF = "http://www.w3.org/1999/xlink href"
_NIL = "http://www.w3.org/2001/XMLSchema-instance nil"
# what else Python would decode, and does so byte by byte in Python
_ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252"})


def read_instance(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Instance:
    """The document; raises XbrlError, and nothing else, whatever `data` is."""
    if len(data) > limits.max_bytes:
        raise TooLarge("bytes")
    reader = _Reader(limits)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text.append
    parser.StartNamespaceDeclHandler = reader.declare
    parser.EndNamespaceDeclHandler = reader.undeclare
    parser.XmlDeclHandler = _check_declaration
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except XbrlError:
        raise
    except (expat.ExpatError, ValueError):
        # ValueError: what pyexpat cannot hand over as text. Without `from`, since it holds that text
        raise NotXml(f"line {parser.ErrorLineNumber}") from None
    return reader.finish()


def _check_declaration(version: str, encoding: str | None, standalone: int) -> None:
    if encoding is not None and encoding.lower() not in _ENCODINGS:
        raise NotXml("encoding")


def _refuse(*declaration: object) -> None:
    raise ForbiddenMarkup("DTD")


class _Item(NamedTuple):
    """A fact whose context may still come."""

    name: Name
    value: str | None
    context: str
    unit: str | None
    decimals: str | None
    path: tuple[Step, ...]


class _Skipped:
    """Footnotes and references: nothing in them is a fact."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Of no interest."""

    def end(self, name: str, text: str) -> None:
        """Of no interest."""


class _Reader:
    """Expat's events, kept as drafts. `text` is that of the element opened last."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._depth = 0
        self._elements = 0
        self.text: list[str] = []
        self._prefixes: dict[str, list[str]] = {}
        self._entry_point: str | None = None
        self._contexts: dict[str, Context] = {}
        self._units: dict[str, Unit] = {}
        self._items: list[_Item] = []
        self._names: dict[str, Name] = {}
        self._draft: ContextDraft | UnitDraft | _Skipped | None = None
        self._item: dict[str, str] | None = None
        # of the root and of each open tuple: its path, and how many tuples of a name it holds so far
        self._tuples: list[tuple[tuple[Step, ...], dict[str, int]]] = [((), {})]

    def declare(self, prefix: str | None, uri: str | None) -> None:
        self._prefixes.setdefault(prefix or "", []).append(uri or "")

    def undeclare(self, prefix: str | None) -> None:
        self._prefixes[prefix or ""].pop()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > self._limits.max_depth or self._elements > self._limits.max_elements:
            raise TooLarge("elements")
        self.text.clear()
        if self._draft is not None:
            self._draft.start(name, attributes)
        elif self._item is not None:
            raise NotXbrl("an element in a fact")
        elif self._depth == 1:
            if name != f"{XBRLI} xbrl":
                raise NotXbrl("another root")
        elif "contextRef" in attributes:
            self._item = attributes
        elif self._depth == 2 and name.startswith("http://www.xbrl.org/2003/"):
            self._draft = self._draft_of(name, attributes)
        else:
            self._open_tuple(name)

    def _draft_of(self, name: str, attributes: dict[str, str]) -> ContextDraft | UnitDraft | _Skipped:
        if name == f"{XBRLI} context":
            return ContextDraft(attributes.get("id", ""), self._resolve)
        if name == f"{XBRLI} unit":
            return UnitDraft(attributes.get("id", ""), self._resolve)
        if name == f"{_LINK} schemaRef" and self._entry_point is None:
            self._entry_point = attributes.get(_HREF, "").strip()
        return _Skipped()

    def _open_tuple(self, name: str) -> None:
        path, numbers = self._tuples[-1]
        numbers[name] = numbers.get(name, 0) + 1
        self._tuples.append(((*path, Step(self._name(name), numbers[name])), {}))

    def end(self, name: str) -> None:
        self._depth -= 1
        if self._item is not None:
            self._end_item(name, self._item)
        elif self._draft is not None:
            if self._depth == 1:
                self._keep(self._draft)
                self._draft = None
            else:
                self._draft.end(name, "".join(self.text).strip())
        else:
            self._tuples.pop()
        self.text.clear()

    def _end_item(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._items) >= self._limits.max_facts:
            raise TooLarge("facts")
        is_nil = attributes.get(_NIL) in ("true", "1")
        item = _Item(
            self._name(name),
            None if is_nil else "".join(self.text).strip(),
            attributes["contextRef"],
            attributes.get("unitRef"),
            attributes.get("decimals"),
            self._tuples[-1][0],
        )
        self._items.append(item)
        self._item = None

    def _keep(self, draft: ContextDraft | UnitDraft | _Skipped) -> None:
        if isinstance(draft, ContextDraft):
            context = draft.finish()
            if self._contexts.setdefault(context.id, context) is not context:
                raise NotXbrl("two contexts of one id")
        elif isinstance(draft, UnitDraft):
            unit = draft.finish()
            if self._units.setdefault(unit.id, unit) is not unit:
                raise NotXbrl("two units of one id")

    def _name(self, name: str) -> Name:
        if name not in self._names:
            namespace, _, local = name.rpartition(" ")
            self._names[name] = Name(namespace, local)
        return self._names[name]

    def _resolve(self, text: str) -> Name:
        prefix, _, local = text.strip().rpartition(":")
        uris = self._prefixes.get(prefix)
        if prefix and not uris:
            raise NotXbrl("a prefix without namespace")
        return Name(uris[-1] if uris else "", local)

    def finish(self) -> Instance:
        """Raises NotXbrl for a document without entry point or context, or with a fact of neither."""
        if not self._entry_point or not self._contexts:
            raise NotXbrl("no entry point or context")
        taxpayers = {(context.scheme, context.number) for context in self._contexts.values()}
        if len(taxpayers) > self._limits.max_taxpayers:
            raise TooLarge("taxpayers")
        try:
            facts = tuple(self._fact(item) for item in self._items)
        except KeyError:  # its text is an id, and an id may be made of a person's number
            raise NotXbrl("a fact of no context or unit") from None
        return Instance(self._entry_point, tuple(self._contexts.values()), facts)

    def _fact(self, item: _Item) -> Fact:
        unit = self._units[item.unit] if item.unit is not None else None
        return Fact(item.name, item.value, self._contexts[item.context], unit, item.decimals, item.path)
