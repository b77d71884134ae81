"""The server's log and statistics: where a token could be read that a client sent.

What is said here was measured: tests/transport/test_logs.py and tests/doctor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.doctor.model import Check, Finding, Severity, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.doctor.facts import Facts
    from jwtroles.doctor.subject import Subject

_REMEDY = "ALTER SYSTEM SET {} = 0; SELECT pg_reload_conf();  or the service's parameter group"


def check(facts: Facts, subject: Subject) -> Check:
    """Look at what is written of statements and their parameters."""
    roles = sorted(subject.logins & facts.roles.keys()) or [""]
    by_role = {role: tuple(_of(facts, role)) for role in roles}
    findings: dict[Finding, list[str]] = {}
    for role, found in by_role.items():
        for one in found:
            findings.setdefault(one, []).append(role)
    told = [_for(one, whose, roles) for one, whose in findings.items()]
    said = "bind parameters are not written down"
    if any(one.severity is Severity.WARNING for one in told):
        said = "bind parameters, and tokens with them, may be written down"
    return Check("log", said, tuple(told))


def _for(one: Finding, whose: list[str], everybody: list[str]) -> Finding:
    """Name the logins that it is about, where it is not about all of them."""
    if whose == everybody:
        return one
    problem = one.problem
    return finding(
        one.severity,
        problem.code,
        f"{problem.message} (for {', '.join(whose)})",
        remedy=problem.remedy,
    )


def _of(facts: Facts, role: str) -> Iterator[Finding]:
    """Give what is to be said of the settings that a login has."""

    def number(name: str, default: float) -> float:
        value = facts.setting(name, role)
        return default if value is None else float(value)

    causes = [
        words
        for words, holds in (
            ("log_statement = all", facts.setting("log_statement", role) == "all"),
            (
                f"log_min_duration_statement = {number('log_min_duration_statement', -1):.0f}",
                number("log_min_duration_statement", -1) >= 0,
            ),
            (
                "log_min_duration_sample",
                number("log_min_duration_sample", -1) >= 0
                and number("log_statement_sample_rate", 1) > 0,
            ),
            ("log_transaction_sample_rate", number("log_transaction_sample_rate", 0) > 0),
        )
        if holds
    ]
    length = number("log_parameter_max_length", -1)
    if causes and length != 0:
        how = "whole" if length < 0 else f"up to {length:.0f} bytes"
        message = f"the log has bind parameters, {how}: {', '.join(causes)}"
        remedy = _REMEDY.format("log_parameter_max_length")
        yield finding(Severity.WARNING, codes.PARAMETERS_LOGGED, message, remedy=remedy)
    if number("log_parameter_max_length_on_error", 0) != 0:
        message = "the log has bind parameters of statements that fail"
        remedy = _REMEDY.format("log_parameter_max_length_on_error")
        yield finding(Severity.WARNING, codes.PARAMETERS_LOGGED_ON_ERROR, message, remedy=remedy)
    yield from _auto_explain(facts, role)
    if facts.setting("pg_stat_statements.track", role) not in (None, "none"):
        message = "pg_stat_statements keeps the text of a login that has its token in it"
        remedy = "send tokens as bind parameters; then  SELECT pg_stat_statements_reset();"
        yield finding(Severity.NOTE, codes.TEXTS_KEPT, message, remedy=remedy)
    yield from _texts(facts, role, logged=bool(causes))


def _auto_explain(facts: Facts, role: str) -> Iterator[Finding]:
    """Tell where auto_explain logs parameters, for which it has a setting since 16.

    Its settings are in pg_settings of a session that has loaded it, with all their defaults.
    """
    loaded = "auto_explain.sample_rate" in facts.settings or any(
        "auto_explain" in (facts.setting(f"{which}_preload_libraries", role) or "")
        for which in ("shared", "session", "local")
    )
    duration = float(facts.setting("auto_explain.log_min_duration", role) or -1)
    length = facts.setting("auto_explain.log_parameter_max_length", role)
    if facts.major < 16 or not loaded or duration < 0 or length == "0":
        return
    message = f"auto_explain logs bind parameters of statements that take {duration:.0f} ms or more"
    remedy = "auto_explain.log_parameter_max_length = 0"
    yield finding(Severity.WARNING, codes.PLANS_LOGGED, message, remedy=remedy)


_ERRORS = frozenset({"debug5", "debug4", "debug3", "debug2", "debug1", "info", "notice", "warning"})


def _texts(facts: Facts, role: str, *, logged: bool) -> Iterator[Finding]:
    """Say in one note where texts are seen: right as it is, while tokens are bind parameters."""
    where = []
    if logged:
        where.append("in the log")
    elif facts.setting("log_min_error_statement", role) in _ERRORS | {"log", "error"}:
        where.append("in the log, where a statement fails")
    if facts.setting("track_activities", role) == "on":
        size = facts.setting("track_activity_query_size", role) or "1024"
        where.append(
            f"in pg_stat_activity for every session of the same login to read ({size} bytes)"
        )
    if where:
        message = f"the texts of statements stand {' and '.join(where)}"
        remedy = "send tokens as bind parameters, never in the text"
        yield finding(Severity.NOTE, codes.TEXTS_SEEN, message, remedy=remedy)
