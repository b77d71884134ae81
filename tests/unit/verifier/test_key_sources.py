"""Where keys come from: files of an environment, variables, and what neither may do."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from pathlib import Path

import pytest

from jwtroles.errors import SpecError
from jwtroles.report.problems import render
from jwtroles.spec.load import load, load_text
from jwtroles.verifier.key_sources import NO_KEYS, Keys, read_keys

SPEC = """\
jwtroles: 1
project: acme
database: {{schemas: [app], connect_as: gate}}
environments: {{staging: {{}}, production: {{}}}}
tokens:
  verify: {verify}
  issuers:
    https://id: {{audience: [db], {issuer}}}
  claims: {{sub: {{type: uuid}}}}
"""
PUBLIC = {
    "kty": "OKP",
    "kid": "one",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
OCT = {
    "kty": "oct",
    "kid": "two",
    "alg": "HS256",
    "k": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
}
SECRET = "sesame-" * 6


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a JWKS of one environment, and one beside it."""
    inside = tmp_path / "spec"
    (inside / "keys").mkdir(parents=True)
    document = json.dumps({"keys": [PUBLIC]})
    (inside / "keys" / "staging.json").write_text(document)
    (tmp_path / "outside.json").write_text(document)
    return inside


def keys(
    folder: Path,
    issuer: str,
    name: str | None = "staging",
    *,
    verify: str = "database",
    offline: bool = False,
) -> Keys:
    path = folder / "jwtroles.yaml"
    path.write_text(SPEC.format(issuer=issuer, verify=verify))
    spec = load(path)
    environment = spec.environments[name] if name else None  # type: ignore[index]
    return read_keys(spec, environment, offline=offline)


def refused(folder: Path, issuer: str, name: str | None = "staging") -> tuple[list[str], str]:
    with pytest.raises(SpecError) as caught:
        keys(folder, issuer, name)
    said = render(caught.value, color=False, width=100)
    return [one.code.id for one in caught.value.problems], " ".join(said.split())


def test_the_file_of_an_environment(folder: Path) -> None:
    (key,) = keys(folder, "keys: 'keys/{environment}.json'").keys
    assert (key.kid, key.alg, key.issuer) == ("one", "EdDSA", "https://id")
    assert key.source == str(folder / "keys" / "staging.json")
    assert key.place is not None
    assert key.place.line == 8


def test_a_file_that_is_missing_in_one_environment(folder: Path) -> None:
    codes, said = refused(folder, "keys: 'keys/{environment}.json'", "production")
    assert codes == ["JR140"]
    assert f"there is no file {folder / 'keys' / 'production.json'}" in said
    codes, said = refused(folder, "keys: 'keys/{environment}.json'", None)
    assert codes == ["JR143"]


@pytest.mark.parametrize("path", ["../outside.json", "/etc/passwd", "keys/../../outside.json"])
def test_a_path_out_of_the_folder(folder: Path, path: str) -> None:
    assert refused(folder, f"keys: {path}")[0] == ["JR139"]


def test_a_link_out_of_the_folder(folder: Path) -> None:
    (folder / "keys" / "link.json").symlink_to(folder.parent / "outside.json")
    codes, said = refused(folder, "keys: keys/link.json")
    assert codes == ["JR139"]
    assert "is a link that leads out of the folder" in said


def test_a_path_is_relative_to_the_file_that_names_it(folder: Path) -> None:
    (folder / "services").mkdir()
    (folder / "services" / "keys.json").write_text(json.dumps({"keys": [PUBLIC]}))
    part = "tokens: {verify: database, issuers: {me: {audience: [db], keys: keys.json}}}"
    (folder / "services" / "tokens.yaml").write_text(part)
    main = "jwtroles: 1\nproject: acme\ndatabase: {schemas: [app]}\ninclude: [services/*.yaml]\n"
    (folder / "jwtroles.yaml").write_text(main)
    (key,) = read_keys(load(folder / "jwtroles.yaml"), None).keys
    assert key.kid == "one"


def test_an_error_in_a_document_shows_none_of_it(folder: Path) -> None:
    private = PUBLIC | {"d": "sesame"}
    (folder / "keys" / "staging.json").write_text(json.dumps({"keys": [private]}))
    codes, said = refused(folder, "keys: keys/staging.json")
    assert codes == ["JR276"]
    assert "out of the repository and its history" in said
    assert "sesame" not in said


def test_a_variable_with_a_document(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWKS", json.dumps({"keys": [PUBLIC, OCT]}))
    found = keys(folder, "keys: '${JWKS}'").keys
    assert [(key.kid, key.alg) for key in found] == [("one", "EdDSA"), ("two", "HS256")]
    assert {key.source for key in found} == {"${JWKS}"}


def test_a_secret_of_a_file(folder: Path) -> None:
    (folder / "keys" / "staging.json").write_text(json.dumps({"keys": [OCT]}))
    assert refused(folder, "keys: keys/staging.json")[0] == ["JR277"]


SECRETS = "algorithms: [HS256, EdDSA], secrets: {legacy: '${SECRET}'}"


def test_a_secret_is_its_text(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "žluťoučký kůň " * 3)
    (key,) = keys(folder, SECRETS).keys
    assert (key.kid, key.alg) == ("legacy", "HS256")
    assert key.pads is not None
    inner = hashlib.sha256(key.pads.inner + b"m").digest()
    mac = hashlib.sha256(key.pads.outer + inner).digest()
    assert mac == hmac.digest(("žluťoučký kůň " * 3).encode(), b"m", "sha256")


@pytest.mark.parametrize(
    ("value", "code", "message"),
    [
        ("sesame", "JR278", "${SECRET}: the secret of legacy has 6 octets, too few for HS256"),
        (f"{SECRET}\n", "JR279", "${SECRET}: the secret of legacy ends with a line end"),
        ("", "JR278", "${SECRET}: the secret of legacy has 0 octets, too few for HS256"),
    ],
)
def test_a_secret_that_is_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch, value: str, code: str, message: str
) -> None:
    monkeypatch.setenv("SECRET", value)
    codes, said = refused(folder, SECRETS)
    assert codes == [code]
    assert message in said
    assert "sesame" not in said


def test_a_secret_and_a_document_share_no_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", SECRET)
    issuer = "keys: keys/staging.json, algorithms: [HS256, EdDSA], secrets: {one: '${SECRET}'}"
    codes, said = refused(folder, issuer)
    assert codes == ["JR282"]
    assert "one of them is a secret while another is public" in said


def test_a_variable_that_is_not_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET", raising=False)
    codes, said = refused(folder, SECRETS)
    assert codes == ["JR014"]
    assert "the variable SECRET is not set" in said
    found = keys(folder, SECRETS + ", keys: keys/staging.json", offline=True)
    assert [key.kid for key in found.keys] == ["one"]
    assert found.unread == {"https://id"}


def test_every_problem_in_one_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "short")
    codes, _ = refused(folder, SECRETS + ", keys: nowhere.json")
    assert sorted(codes) == ["JR140", "JR278"]


def test_a_gateway_needs_no_keys(folder: Path) -> None:
    assert keys(folder, "keys: nowhere.json", verify="gateway") == NO_KEYS


def test_a_text_has_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.json").write_text(json.dumps({"keys": [PUBLIC]}))
    spec = load_text(SPEC.format(issuer="keys: a.json", verify="database"))
    with pytest.raises(SpecError) as caught:
        read_keys(spec, None)
    assert [one.code.id for one in caught.value.problems] == ["JR140"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(folder: Path) -> None:
    (folder / "keys" / "staging.json").chmod(0)
    codes, said = refused(folder, "keys: keys/staging.json")
    assert codes == ["JR140"]
    assert "Permission denied" in said
