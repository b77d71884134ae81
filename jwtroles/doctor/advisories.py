"""What is known of holes in minor releases of PostgreSQL: `advisories.yaml`, read."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from typing import Literal

from jwtroles.frozen import frozen


@frozen
class Advisory:
    """A vulnerability.

    Attributes:
        id: its CVE number.
        concerns: `rows` where row security does not hold, `privileges` where a role gets more.
        fixed: major → the minor release that has the fix; a major that is not in it has no hole.
        lets: what it lets somebody do, to be read behind "lets".
        also: what else has to be done after the update.
    """

    id: str
    concerns: Literal["rows", "privileges"]
    fixed: dict[int, int]
    lets: str
    also: str = ""

    def opens(self, version: int) -> bool:
        """Tell whether a server of this `server_version_num` has the hole."""
        major, minor = divmod(version, 10000)
        return minor < self.fixed.get(major, 0)


@frozen
class Known:
    """All that is known, until a day; and until when a major version gets fixes."""

    known_until: date
    ends: dict[int, date]
    advisories: tuple[Advisory, ...]


def known() -> Known:
    """Return what ships with this version of jwtroles."""
    import yaml  # noqa: PLC0415 - 19 ms

    text = files("jwtroles.doctor").joinpath("advisories.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    advisories = tuple(Advisory(**entry) for entry in data["advisories"])
    return Known(data["known_until"], data["ends"], advisories)
