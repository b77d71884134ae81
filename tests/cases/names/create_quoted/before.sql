CREATE ROLE app_owner NOLOGIN;
CREATE SCHEMA "Lab Work" AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TYPE "Lab Work"."Kind of" AS ENUM ('a', 'b');
CREATE TABLE "Lab Work"."Results" (
    id bigint PRIMARY KEY,
    "Tenant" uuid NOT NULL,
    "a""b" text,
    "user" text,
    "Kind" "Lab Work"."Kind of" DEFAULT 'a'
);
CREATE TABLE "Lab Work"."v1.2" (id int);
CREATE SEQUENCE "Lab Work"."Seq";
CREATE FUNCTION "Lab Work"."F"("X" int) RETURNS int LANGUAGE sql RETURN "X";
RESET ROLE;
