"""`jwtroles doctor` as a program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from jwtroles.cli import run
from jwtroles.report.doctor import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.servers import Clusters, Sandbox

EXAMPLE = Path(__file__).parents[2] / "examples" / "saas"


@pytest.fixture(scope="module")
def server(cluster: Clusters) -> Iterator[Sandbox]:
    with cluster(18).fresh() as sandbox:
        sandbox.load(EXAMPLE / "schema.sql")
        sandbox.run_sql("CREATE ROLE acme_authenticator LOGIN BYPASSRLS PASSWORD 'x'")
        yield sandbox


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run(["doctor", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_with_a_file_a_login_that_is_not_bound_is_an_error(
    server: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    url = server.url.replace("postgres@", "postgres:sesame@")
    given = ["--spec", str(EXAMPLE / "jwtroles.yaml"), "--env", "dev", "--database", url]
    code, out, err = told(capsys, *given)
    assert (code, err) == (1, "")
    assert "error[JR863]: the login acme_authenticator has BYPASSRLS" in out
    assert "= ALTER ROLE acme_authenticator NOBYPASSRLS;" in out
    assert "\n1 error, 1 note.\n" in out
    assert max(map(len, out.splitlines())) <= 100
    assert "sesame" not in out
    code, out, _ = told(capsys, *given, "--format", "json")
    found = json.loads(out)
    jsonschema.validate(found, schema())
    assert (code, found["exit_code"], found["errors"]) == (1, 1, [])
    entries = [one for check in found["checks"] for one in check["findings"]]
    assert {(e["severity"], e["told"]["code"]) for e in entries} == {
        ("error", "JR863"),
        ("note", "JR871"),
    }
    assert "sesame" not in out


def test_without_a_file(
    server: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", server.url)
    for given in ([], ["--database", server.url]):
        code, out, err = told(capsys, *given)
        assert (code, err) == (0, "")
        assert "none that jwtroles made" in out
    code, out, err = told(capsys, "--spec", "elsewhere.yaml")
    assert (code, out) == (1, "")
    assert "elsewhere.yaml" in err


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_server_that_does_not_answer(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    url = "postgresql://me:sesame@localhost:1/db"
    code, out, err = told(capsys, "--database", url, "--format", form)
    assert code == 1
    assert "JR001" in err
    assert "sesame" not in out + err
    if form == "json":
        found = json.loads(out)
        jsonschema.validate(found, schema())
        assert [one["code"] for one in found["errors"]] == ["JR001"]
