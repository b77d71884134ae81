SET LOCAL ROLE case_jwtroles;
DELETE FROM jwtroles.key_pad WHERE id = 921993190;
COPY jwtroles.key_pad (id, inner_pad, outer_pad) FROM STDIN (FORMAT binary);
RESET ROLE;
