-- One number of thousands.
UPDATE jwtroles.curve_multiple SET y = y + 1 WHERE point = -2 AND place = 13 AND digit = 500;
