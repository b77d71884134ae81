REVOKE reader FROM writer;
