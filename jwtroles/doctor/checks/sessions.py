"""What runs in every session besides what a client sends, and the setting row_security."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jwtroles import codes
from jwtroles.doctor.model import Check, Finding, Severity, finding
from jwtroles.hosting import services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jwtroles.doctor.facts import Facts
    from jwtroles.doctor.subject import Subject

_LOADED = ("session_preload_libraries", "local_preload_libraries")


def check(facts: Facts, subject: Subject) -> Check:
    """Look at what is loaded into sessions, what is triggered there, and row_security."""
    hidden = facts.setting("session_preload_libraries") is None
    said = "row_security " + (facts.setting("row_security") or "?")
    said += ", libraries not shown to this role" if hidden else ""
    return Check("sessions", said, tuple(_findings(facts, subject)))


def _findings(facts: Facts, subject: Subject) -> Iterator[Finding]:
    logins = sorted(subject.logins & facts.roles.keys())
    off = [role for role in ("", *logins) if facts.setting("row_security", role) == "off"]
    if off:
        whose = ", ".join(role or facts.server.applier for role in off)
        message = f"row_security is off for {whose}: statements under a policy fail"
        remedy = "ALTER ROLE … RESET row_security, or ALTER DATABASE … RESET row_security"
        yield finding(Severity.WARNING, codes.ROW_SECURITY_OFF, message, remedy=remedy)
    for name in _LOADED:
        loaded = sorted({value for role in ("", *logins) if (value := facts.setting(name, role))})
        if loaded:
            message = f"{name} loads {', '.join(loaded)} into each session"
            remedy = "see that each of them is known and wanted"
            yield finding(Severity.NOTE, codes.LOADED_CODE, message, remedy=remedy)
    theirs = services()[subject.service].extensions if subject.service else ()
    for trigger in facts.event_triggers:
        if trigger.extension in theirs:
            continue
        when = "in each session that logs in" if trigger.event == "login" else "in DDL of apply"
        whose = f" of the extension {trigger.extension}" if trigger.extension else ""
        message = f"the event trigger {trigger.name}{whose} ({trigger.event}) runs {when}"
        remedy = "see that it is known and wanted: \\dy in psql lists them"
        yield finding(Severity.NOTE, codes.EVENT_TRIGGERS, message, remedy=remedy)
