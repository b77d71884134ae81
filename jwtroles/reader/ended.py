"""Why a server ended a session or gave a statement up: what it says, and what helps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def first(error: Exception) -> Exception:
    """Return the error that came first: a rollback on a session that ended fails by itself."""
    import psycopg  # noqa: PLC0415 - 160 ms

    while isinstance(error.__context__, psycopg.Error):
        error = error.__context__
    return error


def said(error: Exception) -> str:
    """Return what the server says, with its SQLSTATE; '' where it said nothing."""
    error = first(error)
    diagnostic: Any = getattr(error, "diag", None)
    text = getattr(diagnostic, "message_primary", None)
    return f"{text} ({getattr(error, 'sqlstate', None)})" if text else ""


def why(error: Exception) -> str:
    """Return what follows "the connection was lost": what the server says, or nothing."""
    return f": {text}" if (text := said(error)) else ""


def remedy(error: Exception, then: str) -> str:
    """Return what helps against the end of a session; `then` is what to do afterwards."""
    setting = TIMEOUTS.get(getattr(first(error), "sqlstate", None) or "")
    if setting is None:
        return f"did somebody end the session, or did the server restart? Then {then}"
    return f"{then}, without that setting for this run:\n{_without(setting)}"


def gone(error: Exception) -> bool:
    """Tell whether an error is about the session itself: it ended, or has been told to end."""
    import psycopg  # noqa: PLC0415 - 160 ms

    sqlstate = getattr(first(error), "sqlstate", None) or ""
    silent = isinstance(error, psycopg.OperationalError) and not sqlstate
    return silent or sqlstate in TIMEOUTS or sqlstate.startswith(("57P", "08"))


def _without(setting: str) -> str:
    return f"export PGOPTIONS='-c {setting}=0'"


TIMEOUTS: Mapping[str, str] = {
    "25P03": "idle_in_transaction_session_timeout",
    "25P04": "transaction_timeout",
    "57P05": "idle_session_timeout",
}
"""The settings by which a server ends a session (manual sections 19.11.1 and appendix A)."""

CANCELED = "if statement_timeout did it, go without that setting for this run:\n" + _without(
    "statement_timeout"
)
"""What helps against 57014, which is somebody's pg_cancel_backend() as well."""
