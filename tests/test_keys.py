"""`jwtroles keys add | import`: what is written to a JWKS file, and what never is."""

from __future__ import annotations

import base64
import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from joserfc import jwt
from joserfc.jwk import JWKRegistry

from jwtroles.cli import run
from jwtroles.spec.load import load
from jwtroles.verifier.key_pairs import PAIRS
from jwtroles.verifier.key_sources import read_keys

SPEC = """\
jwtroles: 1
project: acme
database: {schemas: [app], connect_as: gate}
environments: {dev: {}, production: {confirm: true}}
tokens:
  verify: database
  issuers:
    https://id: {audience: [db], keys: "keys/{environment}.json"}
    https://platform: {audience: [db], algorithms: [HS256], secrets: {s: "${SECRET}"}}
    https://document: {audience: [db], keys: "${JWKS}"}
  claims: {sub: {type: text}}
"""
OURS = ["--issuer", "https://id", "--env", "dev"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder with a specification, and be in it."""
    monkeypatch.chdir(tmp_path)
    Path("jwtroles.yaml").write_text(SPEC)
    return tmp_path


def written(name: str = "dev") -> list[dict[str, Any]]:
    path = Path("keys") / f"{name}.json"
    found: list[dict[str, Any]] = json.loads(path.read_text())["keys"] if path.exists() else []
    return found


def code_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that is refused, and return its code."""
    assert run([*arguments]) == 1
    said = capsys.readouterr().err
    return said.partition("[")[2].partition("]")[0]


def pem(private: Any) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    text: bytes = private.public_key().public_bytes(serialization.Encoding.PEM, form)
    return text.decode()


@pytest.mark.parametrize("alg", PAIRS)
def test_a_pair_for_development(folder: Path, capsys: pytest.CaptureFixture[str], alg: str) -> None:
    assert run(["keys", "add", "--make", alg, "--private", "dev-key", *OURS]) == 0
    out, err = capsys.readouterr()
    (public,) = written()
    assert out == f"  + {public['kid']}\nWrote keys/dev.json. Next: jwtroles plan --env dev\n"
    assert "whoever has it can sign tokens of any role" in err
    private = json.loads(Path("dev-key").read_text())
    assert stat.S_IMODE(Path("dev-key").stat().st_mode) == 0o600
    assert {"d", "p", "q", "k"} & public.keys() == set()
    assert public.items() <= private.items()
    # What the private half signs, the public one verifies, as another library has it.
    sent = jwt.encode({"alg": alg}, {"a": 1}, JWKRegistry.import_key(private), algorithms=[alg])
    other = jwt.decode(sent, JWKRegistry.import_key(public), algorithms=[alg])
    assert other.claims == {"a": 1}
    # And the file is one that a plan reads.
    spec = load(folder / "jwtroles.yaml")
    (key,) = read_keys(spec, spec.environments["dev"], offline=True).keys  # type: ignore[index]
    assert (key.kid, key.alg) == (public["kid"], alg)


def test_a_private_half_is_never_written_over(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("dev-key").write_text("mine")
    make = ["keys", "add", "--make", "EdDSA", "--private", "dev-key"]
    assert code_of(capsys, *make, *OURS) == "JR636"
    assert Path("dev-key").read_text() == "mine"
    assert written() == []


def test_no_development_key_where_apply_asks(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make = ["keys", "add", "--make", "EdDSA", "--private", "dev-key", "--issuer", "https://id"]
    assert code_of(capsys, *make, "--env", "production") == "JR636"
    assert not Path("dev-key").exists()


@pytest.mark.parametrize(
    ("private", "kty"),
    [
        (rsa.generate_private_key(65537, 2048), "RSA"),
        (ec.generate_private_key(ec.SECP256R1()), "EC"),
        (ed25519.Ed25519PrivateKey.generate(), "OKP"),
    ],
    ids=["RSA", "EC", "OKP"],
)
def test_one_public_key(
    folder: Path, capsys: pytest.CaptureFixture[str], private: Any, kty: str
) -> None:
    Path("public.pem").write_text(pem(private))
    alg = ["--alg", "RS256"] if kty == "RSA" else []
    assert run(["keys", "add", "public.pem", "--kid", "a", *alg, *OURS]) == 0
    (key,) = written()
    assert (key["kty"], key["kid"]) == (kty, "a")
    # Again, it is there already; under another name it is another key of the file.
    assert run(["keys", "add", "public.pem", "--kid", "a", *alg, *OURS]) == 0
    assert "a  is there already" in capsys.readouterr().out
    assert written() == [key]
    Path("other.pem").write_text(pem(ec.generate_private_key(ec.SECP256R1())))
    assert code_of(capsys, "keys", "add", "other.pem", "--kid", "a", *OURS) == "JR635"
    assert written() == [key]


def test_what_is_no_public_key(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = ed25519.Ed25519PrivateKey.generate()
    form = serialization.PrivateFormat.PKCS8
    plain = serialization.NoEncryption()
    text = secret.private_bytes(serialization.Encoding.PEM, form, plain)
    Path("private.pem").write_bytes(text)
    assert code_of(capsys, "keys", "add", "private.pem", *OURS) == "JR276"
    Path("private.json").write_text('{"kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA"}')
    assert code_of(capsys, "keys", "add", "private.json", *OURS) == "JR276"
    Path("text").write_text("sesame")
    assert code_of(capsys, "keys", "add", "text", *OURS) == "JR275"
    assert code_of(capsys, "keys", "add", "nowhere", *OURS) == "JR140"
    Path("small.pem").write_text(pem(rsa.generate_private_key(65537, 1024)))
    assert code_of(capsys, "keys", "add", "small.pem", "--alg", "RS256", *OURS) == "JR278"
    assert written() == []


ONE = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}


def document(*keys: dict[str, Any]) -> str:
    Path("jwks.json").write_text(json.dumps({"keys": keys}))
    return "jwks.json"


def test_a_document_is_merged(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """New keys are added behind the old ones, and keys for encryption are left out."""
    Path("keys").mkdir()
    first = {**ONE, "kid": "one", "note": "kept as it is"}
    Path("keys/dev.json").write_text(json.dumps({"keys": [first]}))
    Path("keys/dev.json").chmod(0o640)
    edwards = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    x = base64.urlsafe_b64encode(edwards).rstrip(b"=").decode()
    new = {"kty": "OKP", "crv": "Ed25519", "kid": "two", "x": x}
    encryption = {"kty": "RSA", "use": "enc", "kid": "enc", "n": "AQAB", "e": "AQAB"}
    assert run(["keys", "import", document({**ONE, "kid": "one"}, encryption, new), *OURS]) == 0
    out = capsys.readouterr().out
    assert out == (
        "  + two\n"
        "    one  is there already\n"
        "    enc  left out: it is not for signatures\n"
        "Wrote keys/dev.json. Next: jwtroles plan --env dev\n"
    )
    assert written() == [first, new]
    assert stat.S_IMODE(Path("keys/dev.json").stat().st_mode) == 0o640
    assert sorted(path.name for path in Path("keys").iterdir()) == ["dev.json"]


@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ([{**ONE, "kid": "a"}, {**ONE, "kid": "b", "d": "AA"}], "JR276"),
        ([{**ONE, "kid": "a"}, {"kty": "oct", "kid": "b", "k": "AA"}], "JR277"),
        ([{**ONE, "kid": "a"}, {**ONE, "kid": "a"}], "JR282"),
        ([{**ONE, "use": "enc"}], "JR275"),
        ([], "JR275"),
    ],
)
def test_a_document_is_taken_whole_or_not_at_all(
    folder: Path, capsys: pytest.CaptureFixture[str], keys: list[dict[str, Any]], code: str
) -> None:
    assert code_of(capsys, "keys", "import", document(*keys), *OURS) == code
    assert written() == []


@pytest.mark.parametrize(
    ("issuer", "code"),
    [("https://platform", "JR634"), ("https://document", "JR634"), ("https://idd", "JR631")],
)
def test_where_there_is_no_file(
    folder: Path, capsys: pytest.CaptureFixture[str], issuer: str, code: str
) -> None:
    arguments = ["keys", "import", document({**ONE, "kid": "a"}), "--env", "dev"]
    assert code_of(capsys, *arguments, "--issuer", issuer) == code
    assert code_of(capsys, *arguments) == "JR631", "there are several issuers"
    # A pair is not made where its public half cannot be written.
    make = ["keys", "add", "--make", "EdDSA", "--private", "dev-key", "--env", "dev"]
    assert code_of(capsys, *make, "--issuer", issuer) == code
    assert not Path("dev-key").exists()


def test_a_link_out_of_the_folder_is_not_written_through(
    folder: Path, capsys: pytest.CaptureFixture[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    Path("keys").symlink_to(outside)
    arguments = ["keys", "import", document({**ONE, "kid": "a"}), *OURS]
    assert code_of(capsys, *arguments) == "JR139"
    assert list(outside.iterdir()) == []


@pytest.mark.usefixtures("folder")
def test_tokens_that_nobody_has_issued_yet_are_not_revoked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As far as the issuer's clock may be ahead, which a revocation without an instant means."""
    ahead = SPEC.replace("https://id: {", "https://id: {clock_skew: 60s, ")
    Path("jwtroles.yaml").write_text(ahead)
    monkeypatch.setenv("JWTROLES_DATABASE_URL", "postgresql://127.0.0.1:1/none")
    revoke = ["revoke", "--subject", "a", *OURS, "--before"]
    assert code_of(capsys, *revoke, "9026-05-04T10:12:00Z") == "JR637"
    for seconds, code in ((50, "JR001"), (3600, "JR637")):
        instant = datetime.now(UTC) + timedelta(seconds=seconds)
        assert code_of(capsys, *revoke, instant.isoformat()) == code
