"""One module per kind of object; this tuple is the whole list, in the order of reading."""

from __future__ import annotations

from typing import Any

from jwtroles.kinds.base import Kind
from jwtroles.kinds.function import FUNCTION
from jwtroles.kinds.grants import ACL
from jwtroles.kinds.login_setting import LOGIN_SETTING
from jwtroles.kinds.membership import MEMBERSHIP
from jwtroles.kinds.own_schema import OWN_SCHEMA
from jwtroles.kinds.own_table import OWN_TABLE
from jwtroles.kinds.policy import POLICY
from jwtroles.kinds.role import ROLE
from jwtroles.kinds.stored_row import CLAIM_ROLE_KIND, ROLE_SETTING_KIND
from jwtroles.kinds.table_security import TABLE_SECURITY
from jwtroles.kinds.view import VIEW

KINDS: tuple[Kind[Any], ...] = (
    ROLE,
    LOGIN_SETTING,
    MEMBERSHIP,
    OWN_SCHEMA,
    OWN_TABLE,
    FUNCTION,
    VIEW,
    TABLE_SECURITY,
    POLICY,
    ACL,
    CLAIM_ROLE_KIND,
    ROLE_SETTING_KIND,
)

BY_NAME: dict[str, Kind[Any]] = {kind.name: kind for kind in KINDS}
