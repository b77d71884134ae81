"""Since when PostgreSQL has what plans depend on, as `server_version_num` counts."""

PARAMETER_PRIVILEGES = 150000
"""GRANT … ON PARAMETER, and pg_parameter_acl (release notes of 15)."""

MEMBERSHIP_OPTIONS = 160000
"""INHERIT and SET of a membership; and CREATEROLE reaches what one has ADMIN OPTION on (of 16)."""

MAINTAIN = 170000
"""The privilege MAINTAIN on tables (release notes of 17)."""
