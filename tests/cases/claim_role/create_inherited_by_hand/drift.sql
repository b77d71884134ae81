CREATE TABLE public.more () INHERITS (jwtroles.claim_role);
INSERT INTO public.more VALUES (0, '[{"claim": "roles", "path": ["roles"], "split": null, "test": "present", "value": null}]', 'writer');
