"""The connection: whether it is private, whether the server takes changes, and its clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.doctor.model import Check, Finding, Severity, finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.doctor.facts import Clock, Facts
    from jwtroles.doctor.subject import Subject

APART = 5.0
"""Seconds that clocks may differ: less than a token's time to travel is nothing to worry about."""

SAME = 1.0
"""Seconds: times in tokens are mostly whole ones, so clocks that differ by less say the same."""


def check(facts: Facts, _subject: Subject) -> Check:
    """Look at the connection itself."""
    way = facts.tls or ("no TLS" if facts.network else "within this machine")
    role = "standby" if facts.standby else "primary"
    return Check("connection", f"{way}, {role}, {_clock(facts.clock)}", tuple(_findings(facts)))


def _clock(clock: Clock) -> str:
    if abs(clock.ahead) + clock.within < SAME:
        return f"clocks within {SAME:.0f} s"
    return f"server's clock {clock.ahead:+.1f} s (±{clock.within:.1f})"


def _findings(facts: Facts) -> Iterator[Finding]:
    if facts.standby:
        remedy = "connect to the primary; what it commits is replayed here"
        message = "the server is a standby: it can neither be planned on nor applied to"
        yield finding(Severity.ERROR, codes.TAKES_NO_CHANGES, message, remedy=remedy)
    elif facts.read_only:
        remedy = "ALTER ROLE … RESET default_transaction_read_only, or ALTER DATABASE …"
        message = "default_transaction_read_only is on for this session"
        yield finding(Severity.ERROR, codes.TAKES_NO_CHANGES, message, remedy=remedy)
    if facts.network and not facts.tls:
        message = f"the connection to {facts.server.address} is not encrypted"
        remedy = "sslmode=verify-full in the URL"
        if not facts.server_tls:
            remedy = f"ssl = on, with a certificate, on the server; then {remedy}"
        yield finding(Severity.WARNING, codes.NOT_ENCRYPTED, message, remedy=remedy)
    elif facts.network and facts.sslmode not in ("verify-full", "verify-ca"):
        message = f"sslmode={facts.sslmode} takes any certificate for {facts.server.address}"
        remedy = "sslmode=verify-full and sslrootcert=… (or `system`) in the URL"
        yield finding(Severity.WARNING, codes.SERVER_UNKNOWN, message, remedy=remedy)
    clock = facts.clock
    if abs(clock.ahead) - clock.within > APART:
        way = "ahead of" if clock.ahead > 0 else "behind"
        message = f"the server's clock is {abs(clock.ahead):.0f} s {way} this machine's"
        message += f" (±{clock.within:.1f} s)"
        remedy = "set both by NTP; clock_skew of an issuer allows 300 s at most"
        yield finding(Severity.WARNING, codes.CLOCKS_APART, message, remedy=remedy)
