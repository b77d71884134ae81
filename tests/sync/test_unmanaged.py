"""Databases that nobody manages and that grew by themselves are compared by schemas."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

import psycopg

from tests.saved_plans.bench import run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers import Clusters

GROWN = """
CREATE SCHEMA shop; CREATE SCHEMA elsewhere;
CREATE TABLE shop.orders (id int, owner text);
ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON shop.orders TO clerk USING (owner = current_user);
GRANT USAGE ON SCHEMA shop TO clerk, reader;
GRANT SELECT ON shop.orders TO reader, clerk;
"""
ROLES = "CREATE ROLE clerk; CREATE ROLE reader; CREATE ROLE idle;"


def in_one_line(out: str) -> str:
    """Return an output of any width without the codes at the end of its lines."""
    return " ".join(re.sub(r"JR\d+", "", out).split())


def test_databases_that_nobody_manages(cluster: Clusters, tmp_path: Path) -> None:
    with cluster(17).fresh() as sandbox, ExitStack() as stack:
        sandbox.run_sql(ROLES)
        urls = [sandbox.url, sandbox.create_database("newer")]
        for url in urls:
            stack.enter_context(psycopg.connect(url, autocommit=True)).execute(GROWN)
        said = run(tmp_path, "diff", *urls)
        assert (said.code, said.out) == (1, "")
        assert "error[JR653]: jwtroles manages neither" in said.err
        assert "--schemas elsewhere,public,shop" in said.err
        said = run(tmp_path, "snapshot", "--database", urls[0])
        assert (said.code, said.out) == (1, "")
        assert "error[JR653]: jwtroles does not manage sandbox" in said.err
        taken = ("snapshot", "--database", urls[0], "--schemas", "shop", "--out", "shop.json")
        assert run(tmp_path, *taken).code == 0
        asked = ("diff", *urls, "--schemas", "shop", "--check")
        said = run(tmp_path, *asked)
        assert (said.code, "Access is the same." in said.out) == (0, True), said
        told = in_one_line(said.out)
        assert "compared are shop, and the roles that hold something there (2)" in told
        with psycopg.connect(urls[1], autocommit=True) as newer:
            newer.execute(
                "GRANT DELETE ON shop.orders TO reader; GRANT ALL ON SCHEMA elsewhere TO reader;"
                "ALTER POLICY own ON shop.orders USING (true);"
                "CREATE TABLE shop.fresh (a int); GRANT SELECT ON shop.fresh TO PUBLIC"
            )
        said = run(tmp_path, *asked)
        assert said.code == 2
        told = in_one_line(said.out)
        for part in (
            "- reader delete all rows not in sandbox",
            "~ clerk all policy own tightens rows (owner = CURRENT_USER) was every row (true)",
            "sandbox has no table shop.fresh: the access to it stays as it is in newer",
            "2 differences: 0 in sandbox alone, 1 in newer alone, 1 otherwise in newer.",
        ):
            assert part in told, said.out
        assert "elsewhere" not in said.out
        assert "sync" not in said.out, "which would be refused"
        then = in_one_line(run(tmp_path, "diff", "shop.json", urls[1]).out)
        assert "2 differences: 0 in shop.json alone, 1 in newer alone, 1 otherwise" in then, then
        # The way that a sync names: a file of the one, then the sync with it.
        file = ("--schemas", "shop", "--out", "shop.yaml", "--quiet")
        said = run(tmp_path, "import", "--database", urls[0], *file)
        assert said.code == 0, said.err
        sync = ("sync", "--from", urls[0], "--to", urls[1], "--spec", "shop.yaml")
        said = run(tmp_path, *sync, "--yes")
        assert said.code == 0, said.err
        assert run(tmp_path, *asked).code == 0
