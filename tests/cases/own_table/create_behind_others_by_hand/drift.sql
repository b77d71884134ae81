-- What has the name of a table of ours and is none: a view on its rows, a sequence that somebody may use.
ALTER TABLE jwtroles.claim_role RENAME TO rules;
CREATE VIEW jwtroles.claim_role AS SELECT * FROM jwtroles.rules;
DROP TABLE jwtroles.role_setting;
CREATE SEQUENCE jwtroles.role_setting;
GRANT USAGE ON SEQUENCE jwtroles.role_setting TO etl;
