COMMENT ON ROLE reader IS 'reads tags [jwtroles: case]';
