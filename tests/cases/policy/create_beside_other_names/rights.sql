-- PostgreSQL 14 lets everybody create in it, and the role that applies does not own it.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
