COMMENT ON ROLE reader IS 'reads';
