"""The examples: the contract, and the same file for a gateway."""

from __future__ import annotations

from pathlib import Path

from jwtroles.spec.load import load

EXAMPLES = Path(__file__).parent.parent / "examples"


def lines(name: str, file: str) -> list[str]:
    return (EXAMPLES / name / file).read_text(encoding="utf-8").splitlines()


def test_saas_gateway_is_the_contract_with_one_line_changed():
    contract, gateway = lines("saas", "jwtroles.yaml"), lines("saas-gateway", "jwtroles.yaml")
    differing = [pair for pair in zip(contract, gateway, strict=True) if pair[0] != pair[1]]
    assert differing == [("  verify: database", "  verify: gateway")]
    assert lines("saas", "schema.sql") == lines("saas-gateway", "schema.sql")


def test_every_example_loads():
    loaded = {path.parent.name: load(path) for path in sorted(EXAMPLES.glob("*/jwtroles.yaml"))}
    assert sorted(loaded) == sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
    assert loaded["saas"].roles == loaded["saas-gateway"].roles
