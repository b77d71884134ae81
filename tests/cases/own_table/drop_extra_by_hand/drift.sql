CREATE TABLE jwtroles.extra (id int);
