"""From a file to a `Spec`: read, shape, check; every problem of the file in one run.

Nothing is expanded here: `${VARIABLE}` stays as written, so that no secret is in the model.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.errors import Collector, Source, SpecError
from jwtroles.spec.checks import check
from jwtroles.spec.files import included, read_files
from jwtroles.spec.grammar.file import FILE
from jwtroles.spec.merge import merged
from jwtroles.spec.resolve import expand
from jwtroles.spec.shapes import Reading, Unreadable
from jwtroles.spec.syntax import read
from jwtroles.spec.text import decoded
from jwtroles.spec.wording import tick

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from jwtroles.errors import Place
    from jwtroles.spec.model import Spec
    from jwtroles.spec.nodes import Node


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
    """Return the specification in the file `path` and in what it includes, or in a folder.

    Raises:
        SpecError: with all the problems of the files.
    """
    problems = _Bounded()
    documents, sources = read_files(path, problems)
    if path.is_dir():
        # Each place is then told with the name of its file.
        return _spec(documents, (Source(str(path), ""), *sources), problems)
    return _spec(documents, sources, problems)


def load_text(text: str, name: str = "jwtroles.yaml") -> Spec:
    """Return the specification that `text` is; errors call it `name`.

    A text has no folder, so it cannot include files.

    Raises:
        SpecError: with all the problems of the text.
    """
    problems = _Bounded()
    # A lone surrogate cannot be encoded, and is refused as bytes that are not UTF-8.
    source = decoded(text.encode(errors="surrogatepass"), name)
    root = read(source, problems)
    for word in included(root, problems):
        problems.add(
            codes.NO_SUCH_FILE,
            f"{name} is not a file, and cannot include {tick(word)}",
            word.place,
            remedy="load it from a folder",
        )
    return _spec((root,), (source,), problems)


def load_sources(texts: Mapping[str, str], main: str) -> Spec:
    """Return the specification that was read from these files, without looking for any.

    Args:
        texts: every file's name and text, in the order in which they were read.
        main: the name of the file, or of the folder that they are all of.

    Raises:
        SpecError: with all the problems of the texts.
    """
    problems = _Bounded()
    sources = tuple(
        decoded(text.encode(errors="surrogatepass"), name) for name, text in texts.items()
    )
    documents = tuple(read(source, problems) for source in sources)
    head = () if main in texts else (Source(main, ""),)
    return _spec(documents, (*head, *sources), problems)


def _spec(documents: tuple[Node, ...], sources: tuple[Source, ...], problems: Collector) -> Spec:
    root = merged(documents, problems)
    if root is None:
        problems.fail(SpecError)
    try:
        shaped = FILE.load(root, Reading(problems))
    except Unreadable:
        problems.fail(SpecError)
    spec = replace(expand(shaped), source=sources[0], sources=sources)
    check(spec, problems)
    # pglast takes a while to import, and is needed only for a file that is read this far.
    from jwtroles.spec.checks import sql, statements  # noqa: PLC0415

    sql.check_file(spec, problems)
    statements.check(spec, problems)
    problems.raise_if_any(SpecError)
    return spec
