"""One module per kind of object; this tuple is the whole list, in the order of reading."""

from __future__ import annotations

from typing import Any

from jwtroles.kinds.curve_multiple import CURVE_MULTIPLE_KIND
from jwtroles.kinds.function import FUNCTION
from jwtroles.kinds.grants import ACL
from jwtroles.kinds.issuer import ISSUER_KIND
from jwtroles.kinds.key_pad import KEY_PAD_KIND
from jwtroles.kinds.kind import Kind
from jwtroles.kinds.login_setting import LOGIN_SETTING
from jwtroles.kinds.membership import MEMBERSHIP
from jwtroles.kinds.own_schema import OWN_SCHEMA_KIND
from jwtroles.kinds.own_table import OWN_TABLE
from jwtroles.kinds.policy import POLICY
from jwtroles.kinds.role import ROLE
from jwtroles.kinds.signing_key import SIGNING_KEY_KIND
from jwtroles.kinds.stored_row import CLAIM_ROLE_KIND, ROLE_SETTING_KIND
from jwtroles.kinds.table_security import TABLE_SECURITY
from jwtroles.kinds.ticket_secret import TICKET_SECRET_KIND
from jwtroles.kinds.view import VIEW

KINDS: tuple[Kind[Any], ...] = (
    ROLE,
    LOGIN_SETTING,
    MEMBERSHIP,
    OWN_SCHEMA_KIND,
    OWN_TABLE,
    FUNCTION,
    VIEW,
    TABLE_SECURITY,
    POLICY,
    ACL,
    TICKET_SECRET_KIND,
    CURVE_MULTIPLE_KIND,
    KEY_PAD_KIND,
    SIGNING_KEY_KIND,
    ISSUER_KIND,
    CLAIM_ROLE_KIND,
    ROLE_SETTING_KIND,
)

BY_NAME: dict[str, Kind[Any]] = {kind.name: kind for kind in KINDS}
