REVOKE reader FROM gate GRANTED BY :applier;
