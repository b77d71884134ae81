REVOKE reader FROM gate;
