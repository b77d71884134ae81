-- Only who owns the table can take the row out again, and only who may look into the schema.
INSERT INTO jwtroles.claim_role VALUES (0, '[{"claim": "roles", "path": ["roles"], "split": null, "test": "present", "value": null}]', 'writer');
ALTER TABLE jwtroles.claim_role OWNER TO app_owner;
ALTER SCHEMA jwtroles OWNER TO app_owner;
