CREATE TABLE app.more () INHERITS (jwtroles.claim_role);
INSERT INTO app.more VALUES (0, '[{"claim": "roles", "path": ["roles"], "split": null, "test": "present", "value": null}]', 'writer');
