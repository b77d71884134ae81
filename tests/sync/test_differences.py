"""Staging is not production, in each way of a table: named by diff, mended by sync, then gone."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from jwtroles.mirror import compare
from jwtroles.reader.connection import connect
from tests.sync.pair import TABLES, TABLES_AGAIN, Pair, loaded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers import Sandbox

ROWS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "differences.yaml").read_text(encoding="utf-8")
)


ONE_BY_ONE = {(14, "superuser"), (15, "createrole"), (16, "superuser"), (17, "createrole"),
              (18, "superuser")}  # fmt: skip
"""Where each difference is mended before the next: every server, and both who may apply."""


def test_each_difference_is_named_and_mended(
    sandbox: Sandbox, applier: str, record_case: Callable[[int, str], None]
) -> None:
    rows = [row for row in ROWS if sandbox.major >= row.get("since", 0)]
    with _pair(sandbox, applier) as (pair, run):
        same = pair.compared()
        assert same.same, pair.told(same)
        for row in rows:
            run(row)
            if (sandbox.major, applier) in ONE_BY_ONE:
                _named_and_mended(pair, row, sandbox.major)
        if (sandbox.major, applier) not in ONE_BY_ONE:
            assert len(pair.synced().units) >= 20
        left = pair.compared()
        assert left.same, pair.told(left)
        assert pair.synced().empty, "once is enough"
    record_case(sandbox.major, applier)


@contextmanager
def _pair(
    sandbox: Sandbox, applier: str
) -> Iterator[tuple[Pair, Callable[[dict[str, Any]], object]]]:
    """Apply the file to two databases of a server; give them, and what runs a row of the table."""
    sandbox.run_sql(TABLES)
    roots = {"staging": sandbox.url, "production": sandbox.create_database("production")}
    staging = sandbox.applier_url(applier)
    production = staging.replace("/sandbox", "/production")
    with ExitStack() as stack:
        superuser = {name: stack.enter_context(connect(url)) for name, url in roots.items()}
        for session in superuser.values():
            session.execute("RESET search_path")
        superuser["production"].execute(TABLES_AGAIN.encode())
        if applier != "superuser":
            superuser["production"].execute("ALTER DATABASE production OWNER TO deployer")
        pair = stack.enter_context(Pair.connected(loaded(), staging, production))
        pair.apply()

        def run(row: dict[str, Any]) -> None:
            side = row.get("side", "staging")
            session = getattr(pair, side) if row.get("by") == "applier" else superuser[side]
            session.execute(row["sql"].encode())

        yield pair, run


def _named_and_mended(pair: Pair, row: dict[str, Any], major: int) -> None:
    """Check what is told, which would tell what the row before left as well."""
    sources = pair.sources()
    found = compare(pair.spec, *sources)
    says = row["says"] if major >= 16 else row.get("says_before_16", row["says"])
    assert pair.told(found) == says, row["name"]
    assert not found.same, row["name"]
    pair.synced(sources)


def test_there_are_more_than_twenty_ways_and_no_two_of_one_name() -> None:
    names = [row["name"] for row in ROWS]
    assert len(set(names)) == len(names) > 20
