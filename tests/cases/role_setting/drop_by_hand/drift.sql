INSERT INTO jwtroles.role_setting VALUES ('reader', 'search_path', 'app');
