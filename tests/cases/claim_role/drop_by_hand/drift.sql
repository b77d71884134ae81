INSERT INTO jwtroles.claim_role VALUES (0, '[{"claim": "roles", "path": ["roles"], "split": null, "test": "present", "value": null}]', 'writer');
