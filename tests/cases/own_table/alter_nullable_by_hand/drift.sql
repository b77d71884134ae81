ALTER TABLE jwtroles.role_setting ALTER COLUMN value DROP NOT NULL;
