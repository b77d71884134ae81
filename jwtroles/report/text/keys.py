"""Issuers and their keys: whose tokens are accepted, and what verifies them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jwtroles.report.problems import visible
from jwtroles.report.text.layout import SIGNS, Block, Detail, Row
from jwtroles.report.text.sheet import Section, Sheet, always
from jwtroles.report.text.tokens import duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jwtroles.kinds.base import Change
    from jwtroles.kinds.issuer import Issuer
    from jwtroles.kinds.signing_key import SigningKey
    from jwtroles.planner.model import Step


def blocks(sheet: Sheet, steps: Sequence[Step]) -> list[Block]:
    """Tell each issuer, and below it each key, with its secret and its multiples."""
    issuers = {s.change.subject.issuer: s for s in steps if s.change.kind == "issuer"}
    keys: dict[int, list[Step]] = {}
    for step in steps:
        if step.change.kind != "issuer":
            keys.setdefault(_number(step.change.subject), []).append(step)
    whose = {number: _issuer_of(sheet, number) for number in keys}
    rows: list[Row] = []
    for name in dict.fromkeys([*issuers, *whose.values()]):
        rows.append(_issuer(sheet, issuers.get(name), name))
        theirs = (group for number, group in keys.items() if whose[number] == name)
        rows += sorted((_key(sheet, group) for group in theirs), key=lambda row: row.head)
    return [Block("", tuple(rows))] if rows else []


def _number(subject: Any) -> int:
    """Return the number of the key that a row of any of the tables is about."""
    number: int = subject.point if hasattr(subject, "point") else subject.id
    return number


def _stored(sheet: Sheet, number: int) -> SigningKey | None:
    """Return a key as the file wants it, else as the database has it."""
    plan = sheet.plan
    found: SigningKey | None = plan.desired["signing_key"].get(number)
    return found or plan.current["signing_key"].get(number)


def _issuer_of(sheet: Sheet, number: int) -> str:
    key = _stored(sheet, number)
    return key.issuer if key else ""


def _issuer(sheet: Sheet, step: Step | None, name: str) -> Row:
    shown = visible(name) or "no issuer"
    if step is None:
        return Row(" ", shown)
    change: Change[Issuer] = step.change
    details = []
    if change.before is not None and change.after is not None:
        details.append(Detail("was", _accepts(change.before)))
    row = (SIGNS[change.verb], shown, "", _accepts(change.subject), sheet.edge([step]))
    return Row(*row, tuple(details), (step,))


def _accepts(issuer: Issuer) -> str:
    """Return what the tokens of an issuer must be: `audience db, at most 15m, clock skew 30s`."""
    words = ["audience " + ", ".join(map(visible, sorted(issuer.audience)))]
    words.append(f"at most {duration(issuer.max_lifetime)}" if issuer.max_lifetime else "")
    words.append(f"clock skew {duration(issuer.clock_skew)}" if issuer.clock_skew else "")
    lacks = " and ".join(sorted(issuer.optional))
    words.append(f"may lack {lacks}" if lacks else "")
    return "; ".join(filter(None, words))


def _key(sheet: Sheet, steps: list[Step]) -> Row:
    number = _number(steps[0].change.subject)
    key = _stored(sheet, number)
    name = visible(key.kid) if key and key.kid else f"number {number}"
    main = next((step for step in steps if step.change.kind == "signing_key"), None)
    verb = main.change.verb if main else "alter" if key else "remove"
    details = tuple(_before(main.change)) if main else ()
    if verb == "alter":
        details += tuple(Detail("again", _AGAIN[s.change.kind]) for s in steps if s is not main)
    text = _described(key) if key else "what is stored for a key that is not there"
    edge = sheet.edge([main] if main else steps)
    return Row(SIGNS[verb], f"  {name}", "", text, edge, details, tuple(steps))


_AGAIN = {
    "key_pad": "its secret, which was missing or another one",
    "curve_multiple": "its multiples, which were missing or changed",
}


def _described(key: SigningKey) -> str:
    """Return `RS256, 2048 bits, until 2027-01-01 00:00 UTC   keys/production.jwks.json`."""
    words = [visible(key.alg), f"{key.size} bits" if key.size else "", _window(key)]
    text = ", ".join(filter(None, words))
    return f"{text}   {visible(key.source)}" if key.source else text


def _window(key: SigningKey) -> str:
    words = []
    if key.not_before is not None:
        words.append(f"from {_date(key.not_before)}")
    if key.not_after is not None:
        words.append(f"until {_date(key.not_after)}")
    return " ".join(words)


def _date(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
    except (OverflowError, ValueError):  # past the year 9999
        return str(seconds)


def _before(change: Change[SigningKey]) -> Iterator[Detail]:
    before, after = change.before, change.after
    if before is not None and after is not None:
        if _described(before) != _described(replace(after, source="")):
            yield Detail("was", _described(before))
        if before.numbers != after.numbers:
            yield Detail("again", "its numbers, which were not those of the key")
    if before is not None and before.retired:
        yield Detail("retired", before.retired)


def _of_a_key(change: Change[Any], _sheet: Sheet) -> bool:
    return change.subject.point > 0  # type: ignore[no-any-return]  # an int


_PICKS: Mapping[str, Any] = {
    "issuer": always,
    "signing_key": always,
    "key_pad": always,
    "curve_multiple": _of_a_key,
}

SECTION = Section("Issuers and keys", _PICKS, blocks)
