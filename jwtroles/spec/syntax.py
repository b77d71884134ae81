"""From text to positioned nodes: YAML 1.2 core scalars, strictly, and bounded in every way.

The nodes are built from PyYAML's events rather than by its `compose`: events tell `{a, b}` from
`{a: , b: }`, come before anything is expanded, and need no recursion that the file could deepen.
Its resolver, which knows YAML 1.1, is not used at all.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING, Any

from yaml import events
from yaml.error import Mark, MarkedYAMLError
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from jwtroles import codes
from jwtroles.errors import Collector, Place, Source, SpecError
from jwtroles.frozen import frozen
from jwtroles.spec import traps
from jwtroles.spec.entries import Entry, is_usable, split_at, unique, without_bare
from jwtroles.spec.model import Word
from jwtroles.spec.nodes import ListNode, MapNode, Node, ScalarNode, UnreadNode, core_value
from jwtroles.spec.wording import tick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_DEPTH = 64
"""The language itself needs six levels; the payload of a token in a test may need some more."""

MAX_SPLITS = 10
"""Values that a comma has split so that YAML cannot go on: the file is read again after each."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""What an escape such as `"\\0"` can still put into a text, and PostgreSQL cannot store."""

_NO_LINE_END = re.compile("[^\r\n]")
_COLON = re.compile(r"\s*:")

_REMEDIES = (
    ("scanning a tag", "quote a text that begins with `!`; in SQL, write `not`"),
    ("scanning an anchor", "quote a text that begins with `&`"),
    ("scanning an alias", "quote a text that begins with `*`"),
    ("mapping values are not allowed", "quote a text that holds `: `"),
    ("character '\\t'", "indent with spaces"),
    ("cannot start any token", "quote a text that begins with this character"),
    ("expected ',' or", "close the bracket, or quote a text that holds one of  , ? [ ] { }"),
    ("expected <block end>", "line it up with the entries above, or quote the whole text"),
    ("could not find expected ':'", "write `key: value`, with a space after the colon"),
)


def read(source: Source, problems: Collector) -> Node:
    """Return the single document of `source` as nodes.

    What can be passed over is noted in `problems` and leaves an `UnreadNode` behind.

    Raises:
        SpecError: nothing after this place can be read.
    """
    text, passed_over = source.text, set[int]()
    while True:
        try:
            return _Reading(source, problems, text, passed_over).document()
        except _SplitError as split:
            passed_over.add(split.value.start)
            if len(passed_over) == MAX_SPLITS:
                problems.fail(SpecError)
            blank = _NO_LINE_END.sub(" ", text[split.value])
            text = f"{text[: split.value.start]}x{blank[1:]}{text[split.value.stop :]}"


class _SplitError(Exception):
    """A value was split so that YAML cannot go on; it has been noted, and can be passed over."""

    def __init__(self, value: slice) -> None:
        super().__init__()
        self.value = value


@frozen
class _FlowMap:
    """A map inside `{…}` that is being read: the key that it stands under, and its beginning."""

    parent: Word | None
    start: int
    entries: list[Entry] = field(default_factory=list)


class _Events(Reader, Scanner, Parser):
    """PyYAML's event parser, in Python: the same messages and places on every machine."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


class _Reading:
    """One run over a source.

    Args:
        source: the file.
        problems: where to note what is wrong.
        text: the file, with a word in the place of each value that is passed over.
        passed_over: the indexes of these values.
    """

    def __init__(
        self, source: Source, problems: Collector, text: str, passed_over: set[int]
    ) -> None:
        self.source = source
        self.problems = problems
        self.text = text
        self.passed_over = passed_over
        self.lines = source.text.splitlines() or [""]
        self.events = _Events(text)
        self.flow = 0
        self.open: list[_FlowMap] = []
        self.latest: ScalarNode | None = None

    def document(self) -> Node:
        """Return the document's root, and refuse a second document."""
        self._next()  # StreamStart
        event = self._next()
        if isinstance(event, events.StreamEndEvent):
            self._fatal(
                codes.NOT_A_MAP,
                "the file is empty",
                Place(self.source, 1, 1),
                remedy="begin with `jwtroles: 1`",
            )
        root = self._node(self._next(), None, 0)
        self._next()  # DocumentEnd
        event = self._next()
        if not isinstance(event, events.StreamEndEvent):
            self._fatal(
                codes.SEVERAL_DOCUMENTS,
                "a second YAML document begins here",
                self._place(event.start_mark, event.end_mark),
                remedy="keep one document, and take the `---` out",
            )
        return root

    def _next(self) -> Any:
        """Return the next event; PyYAML types none of them."""
        try:
            return self.events.get_event()  # type: ignore[no-untyped-call]
        except MarkedYAMLError as error:
            self._syntax(error)
        except (ValueError, OverflowError):
            # PyYAML passes "\UFFFFFFFF" on to chr(), and %YAML's version to int().
            mark = self.events.get_mark()
            self._fatal(
                codes.YAML_SYNTAX,
                "not YAML: a number or escape out of range",
                self._place(mark, mark),
            )

    def _syntax(self, error: MarkedYAMLError) -> None:
        latest = self.latest
        if self.flow and latest is not None and traps.is_cut(latest):
            # The comment swallowed the closing brace: say what happened, not what follows of it.
            traps.report_cut(self.problems, latest, None, "value", "value")
            self.problems.fail(SpecError)
        mark = error.problem_mark or error.context_mark or self.events.get_mark()
        if self.open:
            within, text = self.open[-1], self.source.text
            found = split_at(mark.index, within.entries, within.parent, text, within.start)
            if found is not None:
                traps.report_split(self.problems, found[0])
                raise _SplitError(found[1])
        what = error.problem or "this is not YAML"
        began = error.context_mark
        self._fatal(
            codes.YAML_SYNTAX,
            f"not YAML: {what}",
            self._place(mark, mark),
            label=f"{error.context} that begins on line {began.line + 1}"
            if began and error.context
            else "",
            remedy=next(
                (remedy for part, remedy in _REMEDIES if part in f"{error.context} {what}"), ""
            ),
        )

    def _fatal(
        self, code: codes.Code, message: str, place: Place, *, label: str = "", remedy: str = ""
    ) -> None:
        self.problems.add(code, message, place, label=label, remedy=remedy)
        self.problems.fail(SpecError)

    def _place(self, start: Mark, end: Mark) -> Place:
        """Return the place from `start` to `end`, at most to the end of its first line."""
        line = self.lines[start.line] if start.line < len(self.lines) else ""
        stop = end.column if end.line == start.line else len(line.rstrip())
        return Place(self.source, start.line + 1, start.column + 1, max(stop - start.column, 1))

    def _node(self, event: Any, key: Word | None, depth: int) -> Node:
        place = self._place(event.start_mark, event.end_mark)
        if depth > MAX_DEPTH:
            self._fatal(codes.TOO_DEEP, f"nested more than {MAX_DEPTH} levels deep", place)
        refused = self._refused(event, place)
        build: dict[type, Callable[[Any, Word | None, int], Node]] = {
            events.ScalarEvent: self._scalar,
            events.SequenceStartEvent: self._list,
            events.MappingStartEvent: self._map,
        }
        if isinstance(event, events.AliasEvent):
            return UnreadNode(place)
        node = build[type(event)](event, key, depth)
        return UnreadNode(place) if refused else node

    def _refused(self, event: Any, place: Place) -> bool:
        """Note an anchor, an alias or a tag.

        They are refused altogether, not bounded: whoever reviews a line must see what it grants
        on that line.
        """
        if event.anchor is not None:
            sign = "*" if isinstance(event, events.AliasEvent) else "&"
            self.problems.add(
                codes.ALIAS,
                f"YAML reads {tick(sign + event.anchor)} as an "
                + ("alias" if sign == "*" else "anchor"),
                place,
                remedy="write the value where it applies, or quote a text that begins with "
                f"`{sign}`",
            )
            return True
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.problems.add(
                codes.TAG,
                f"YAML reads {tick(tag)} as a tag",
                place,
                remedy="quote a text that begins with `!`; in SQL, write `not`",
            )
        return tag is not None

    def _scalar(self, event: Any, _key: Word | None, _depth: int) -> Node:
        place = self._place(event.start_mark, event.end_mark)
        text: str = event.value
        if event.start_mark.index in self.passed_over:
            return UnreadNode(place)
        if match := _UNSTORABLE.search(text):
            self.problems.add(
                codes.FORBIDDEN_CHARACTER,
                f"PostgreSQL cannot store U+{ord(match[0]):04X}",
                place,
                remedy="leave it out, or write the character itself",
            )
            return UnreadNode(place)
        plain = event.style is None or event.style == ""
        node = ScalarNode(
            word=Word(text, self._content(event, place)),
            value=core_value(text) if plain else text,
            place=place,
            plain=plain,
            in_flow=self.flow > 0,
            comment=self._comment(event),
        )
        if text:
            self.latest = node
        return node

    def _content(self, event: Any, place: Place) -> Place:
        """Return where the text of a scalar begins: inside its quotes, or below its `|` or `>`."""
        if event.style in ("'", '"'):
            length = place.length - (2 if event.end_mark.line == event.start_mark.line else 1)
            return Place(self.source, place.line, place.column + 1, max(length, 1))
        if event.style in ("|", ">"):
            for number in range(
                event.start_mark.line + 1, min(event.end_mark.line + 1, len(self.lines))
            ):
                line = self.lines[number].rstrip()
                if line:
                    column = len(line) - len(line.lstrip(" "))
                    return Place(self.source, number + 1, column + 1, len(line) - column)
        return place

    def _comment(self, event: Any) -> Place | None:
        if event.style in ("|", ">") or event.end_mark.line >= len(self.lines):
            return None
        end = event.end_mark
        rest = self.lines[end.line][end.column :]
        stripped = rest.lstrip(" \t")
        if not stripped.startswith("#") or stripped == rest:
            return None
        return Place(self.source, end.line + 1, end.column + len(rest) - len(stripped) + 1)

    def _list(self, event: Any, _key: Word | None, depth: int) -> Node:
        self.flow += bool(event.flow_style)
        items = []
        while not isinstance(following := self._next(), events.SequenceEndEvent):
            items.append(self._node(following, None, depth + 1))
        self.flow -= bool(event.flow_style)
        return ListNode(tuple(items), self._span(event, following)[0])

    def _map(self, event: Any, parent: Word | None, depth: int) -> Node:
        self.flow += bool(event.flow_style)
        within = _FlowMap(parent, event.start_mark.index)
        if event.flow_style:
            self.open.append(within)
        entries = within.entries
        while not isinstance(following := self._next(), events.MappingEndEvent):
            entries.extend(self._entry(following, depth + 1, flow=event.flow_style))
        self.flow -= bool(event.flow_style)
        if event.flow_style:
            self.open.pop()
        place, whole = self._span(event, following)
        written = self.source.text[whole]
        kept = without_bare(entries, parent, written, whole.start, self.problems)
        if entries and not kept:
            return UnreadNode(place)
        return MapNode(unique(kept, self.problems), place)

    def _entry(self, event: Any, depth: int, *, flow: bool) -> Iterator[Entry]:
        key = self._node(event, None, depth)
        stop = event.end_mark.index
        following = self._next()
        if not is_usable(key, self.problems):
            self._node(following, None, depth)
            return
        start, end = following.start_mark.index, following.end_mark.index
        bare = flow and start == end and not _COLON.match(self.text, stop)
        yield Entry(key, self._node(following, key.word, depth), bare, start, stop, end)

    def _span(self, first: Any, last: Any) -> tuple[Place, slice]:
        """Return the place of a collection, and its indexes in the text."""
        start, stop = first.start_mark, last.end_mark
        return self._place(start, stop), slice(start.index, stop.index)
