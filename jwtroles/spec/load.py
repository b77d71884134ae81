"""From a file to a `Spec`: read, shape, check; every problem of the file in one run.

Nothing is expanded here: `${VARIABLE}` stays as written, so that no secret is in the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Collector, Source, SpecError
from jwtroles.spec.checks import check
from jwtroles.spec.grammar.file import FILE
from jwtroles.spec.nodes import MapNode, Node, UnreadNode, described
from jwtroles.spec.resolve import expand
from jwtroles.spec.shapes import Reading, Unreadable
from jwtroles.spec.syntax import read
from jwtroles.spec.text import MAX_BYTES, decoded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from jwtroles.errors import Place
    from jwtroles.spec.model import Spec


MAX_PROBLEMS = 200
"""More of them are one mistake, many times over; and a stranger's file must not keep CI busy."""


class _Bounded(Collector):
    """A collector that stops the run once there are too many problems to be read."""

    __slots__ = ()

    def add(
        self,
        code: codes.Code,
        message: str,
        place: Place | None = None,
        *,
        label: str = "",
        details: Iterable[str] = (),
        remedy: str = "",
    ) -> None:
        """Note one problem, and raise with all of them when there are too many."""
        Collector.add(self, code, message, place, label=label, details=details, remedy=remedy)
        if len(self.problems) >= MAX_PROBLEMS:
            self.fail(SpecError, f"Stopped after {MAX_PROBLEMS} errors.")


def load(path: Path) -> Spec:
    """Return the specification in the file `path`.

    Raises:
        SpecError: with all the problems of the file.
    """
    return _spec(decoded(_bytes(path), str(path)))


def load_text(text: str, name: str = "jwtroles.yaml") -> Spec:
    """Return the specification that `text` is; errors call it `name`.

    Raises:
        SpecError: with all the problems of the text.
    """
    # A lone surrogate cannot be encoded, and is refused as bytes that are not UTF-8.
    return _spec(decoded(text.encode(errors="surrogatepass"), name))


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        problems = Collector()
        problems.add(
            codes.SPEC_UNREADABLE,
            f"cannot read {path}: {getattr(error, 'strerror', None) or error}",
            remedy="name another file with --spec FILE",
        )
        problems.fail(SpecError)


def _spec(source: Source) -> Spec:
    problems = _Bounded()
    root = read(source, problems)
    spec = expand(_shaped(root, problems))
    check(spec, problems)
    # pglast takes a while to import, and is needed only for a file that is read this far.
    from jwtroles.spec.checks import sql, statements  # noqa: PLC0415

    sql.check_file(spec, problems)
    statements.check(spec, problems)
    problems.raise_if_any(SpecError)
    return spec


def _shaped(root: Node, problems: Collector) -> Spec:
    if isinstance(root, UnreadNode):
        problems.fail(SpecError)
    if not isinstance(root, MapNode):
        problems.add(
            codes.NOT_A_MAP,
            f"expected a map of keys, found {described(root)}",
            root.place,
            remedy="begin with `jwtroles: 1`",
        )
        problems.fail(SpecError)
    try:
        return FILE.load(root, Reading(problems))
    except Unreadable:
        problems.fail(SpecError)
