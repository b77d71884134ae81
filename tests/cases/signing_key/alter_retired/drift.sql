-- Retired, and its life is limited later: it stays retired.
UPDATE jwtroles.signing_key SET retired_at = '2026-05-04 10:12 UTC';
