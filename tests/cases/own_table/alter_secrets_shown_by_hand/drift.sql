-- What a member of pg_read_all_data would read.
ALTER TABLE jwtroles.key_pad DISABLE ROW LEVEL SECURITY;
ALTER TABLE jwtroles.ticket_secret DISABLE ROW LEVEL SECURITY;
