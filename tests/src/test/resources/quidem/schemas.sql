-- Tables that Calcite's Quidem scripts expect, schema by schema.

-- schema post
CREATE TABLE EMP AS SELECT * FROM (VALUES
  ('Jane', 10, 'F'), ('Bob', 10, 'M'), ('Eric', 20, 'M'), ('Susan', 30, 'F'), ('Alice', 30, 'F'),
  ('Adam', 50, 'M'), ('Eve', 50, 'F'), ('Grace', 60, 'F'), ('Wilma', CAST(NULL AS INTEGER), 'F'))
  AS t (ENAME, DEPTNO, GENDER);
CREATE TABLE DEPT AS SELECT * FROM (VALUES
  (10, 'Sales'), (20, 'Marketing'), (30, 'Engineering'), (40, 'Empty')) AS t (DEPTNO, DNAME);
CREATE TABLE DEPT30 AS SELECT * FROM DEPT WHERE DEPTNO = 30;
CREATE TABLE EMPS_DATE_TIME (EMPNO INTEGER, NAME VARCHAR, DEPTNO INTEGER, GENDER VARCHAR,
  CITY VARCHAR, EMPID INTEGER, AGE INTEGER, SLACKER BOOLEAN, MANAGER BOOLEAN, JOINEDAT DATE,
  JOINETIME TIME, JOINETIMESTAMP TIMESTAMP);
INSERT INTO EMPS_DATE_TIME VALUES
  (100, 'Fred', 10, NULL, NULL, 40, 25, TRUE, FALSE, DATE '1996-08-03', TIME '16:22:34',
   TIMESTAMP '1996-08-03 16:22:34'),
  (110, 'Eric', 20, 'M', 'San Francisco', 3, 80, UNKNOWN, FALSE, DATE '2001-01-01',
   TIME '12:20:00', TIMESTAMP '2001-01-01 12:20:00'),
  (110, 'John', 40, 'M', 'Vancouver', 2, NULL, FALSE, TRUE, DATE '2002-05-03', TIME '13:12:14',
   TIMESTAMP '2002-05-03 13:12:14'),
  (120, 'Wilma', 20, 'F', NULL, 1, 5, UNKNOWN, TRUE, DATE '2005-09-07', TIME '06:02:04',
   TIMESTAMP '2005-09-07 06:02:04'),
  (130, 'Alice', 40, 'F', 'Vancouver', 2, NULL, FALSE, TRUE, DATE '2007-01-01', TIME '23:09:59',
   TIMESTAMP '2007-01-01 23:09:59');
CREATE TABLE EMPS AS SELECT EMPNO, NAME, DEPTNO, GENDER, CITY, EMPID, AGE, SLACKER, MANAGER,
  JOINEDAT FROM EMPS_DATE_TIME;
CREATE TABLE TICKER AS SELECT 'ACME' AS SYMBOL, tstamp AS TSTAMP, price AS PRICE FROM (VALUES
  ('2017-12-01', 12), ('2017-12-02', 17), ('2017-12-03', 19), ('2017-12-04', 21),
  ('2017-12-05', 25), ('2017-12-06', 12), ('2017-12-07', 15), ('2017-12-08', 20),
  ('2017-12-09', 24), ('2017-12-10', 25), ('2017-12-11', 19), ('2017-12-12', 15),
  ('2017-12-13', 25), ('2017-12-14', 25), ('2017-12-15', 14), ('2017-12-16', 12),
  ('2017-12-17', 14), ('2017-12-18', 24), ('2017-12-19', 23), ('2017-12-20', 22))
  AS t (tstamp, price);

-- schema hr
CREATE TABLE "emps" AS SELECT * FROM (VALUES
  (100, 10, 'Bill', CAST(10000 AS REAL), 1000), (200, 20, 'Eric', CAST(8000 AS REAL), 500),
  (150, 10, 'Sebastian', CAST(7000 AS REAL), CAST(NULL AS INTEGER)),
  (110, 10, 'Theodore', CAST(11500 AS REAL), 250))
  AS t ("empid", "deptno", "name", "salary", "commission");
CREATE TABLE "dependents" AS SELECT * FROM (VALUES (10, 'Michael'), (10, 'Jane'))
  AS t ("empid", "name");
CREATE TABLE "locations" AS SELECT * FROM (VALUES (10, 'San Francisco'), (20, 'San Diego'))
  AS t ("empid", "name");
CREATE TABLE "depts" ("deptno" INTEGER, "name" VARCHAR,
  "employees" ROW("empid" INTEGER, "deptno" INTEGER, "name" VARCHAR, "salary" REAL,
    "commission" INTEGER) ARRAY,
  "location" ROW("x" INTEGER, "y" INTEGER));
INSERT INTO "depts" VALUES
  (10, 'Sales',
   ARRAY[ROW(100, 10, 'Bill', 10000, 1000), ROW(150, 10, 'Sebastian', 7000, NULL)],
   ROW(-122, 38));
INSERT INTO "depts" VALUES (30, 'Marketing', array(), ROW(0, 52));
INSERT INTO "depts" VALUES (40, 'HR', ARRAY[ROW(200, 20, 'Eric', 8000, 500)], NULL);

-- schema s
CREATE TABLE "enumerable" AS SELECT * FROM (VALUES
  (100, 10, 'Bill', CAST(10000 AS REAL), 1000), (200, 20, 'Eric', CAST(8000 AS REAL), 500),
  (150, 10, 'Sebastian', CAST(7000 AS REAL), CAST(NULL AS INTEGER)),
  (110, 10, 'Theodore', CAST(11500 AS REAL), 250))
  AS t ("empid", "deptno", "name", "salary", "commission");
CREATE TABLE "prefixEmps" AS SELECT * FROM (VALUES
  (1, 10, 'A', CAST(0 AS REAL), CAST(NULL AS INTEGER)), (2, 10, 'Ab', 0, NULL),
  (3, 10, 'Abc', 0, NULL), (4, 10, 'Abd', 0, NULL))
  AS t ("empid", "deptno", "name", "salary", "commission");
CREATE TABLE "primesBoxed" AS SELECT * FROM (VALUES 1, 3, 5) AS t ("value");
CREATE TABLE "primes" AS SELECT * FROM (VALUES 1, 3, 5) AS t ("value");
CREATE TABLE "primesCustomBoxed" AS SELECT * FROM (VALUES 1, 3, 5) AS t ("value");
CREATE TABLE "nullables" AS SELECT * FROM (VALUES
  (1, 'A'), (2, 'B'), (2, 'C'), (3, CAST(NULL AS VARCHAR))) AS t ("id", "value");
CREATE TABLE "bools" AS SELECT * FROM (VALUES
  (1, 'T'), (2, 'F'), (3, CAST(NULL AS VARCHAR))) AS t ("id", "value");
CREATE TABLE "everyTypes" ("primitiveBoolean" BOOLEAN, "primitiveByte" TINYINT,
  "primitiveChar" VARCHAR, "primitiveShort" SMALLINT, "primitiveInt" INTEGER,
  "primitiveLong" BIGINT, "primitiveFloat" REAL, "primitiveDouble" DOUBLE,
  "wrapperBoolean" BOOLEAN, "wrapperByte" TINYINT, "wrapperCharacter" VARCHAR,
  "wrapperShort" SMALLINT, "wrapperInteger" INTEGER, "wrapperLong" BIGINT, "wrapperFloat" REAL,
  "wrapperDouble" DOUBLE, "sqlDate" DATE, "sqlTime" TIME, "sqlTimestamp" TIMESTAMP,
  "utilDate" TIMESTAMP, "string" VARCHAR, "bigDecimal" DECIMAL(19, 0));
INSERT INTO "everyTypes" VALUES
  (FALSE, 0, '', 0, 0, 0, 0, 0, FALSE, 0, '', 0, 0, 0, 0, 0, DATE '1970-01-01', TIME '00:00:00',
   TIMESTAMP '1970-01-01 00:00:00', TIMESTAMP '1970-01-01 00:00:00', '1', 0),
  (TRUE, 127, '', 32767, 2147483647, 9223372036854775807, 3.4028234e38, 1.7976931348623157e308,
   NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

-- schema bookstore
CREATE TABLE "authors" ("aid" INTEGER, "name" VARCHAR,
  "birthPlace" ROW("coords" ROW("latitude" DECIMAL(10, 4), "longtitude" DECIMAL(10, 4)),
    "city" VARCHAR, "country" VARCHAR),
  "books" ROW("title" VARCHAR, "publishYear" INTEGER,
    "pages" ROW("pageNo" INTEGER, "contentType" VARCHAR) ARRAY) ARRAY);
INSERT INTO "authors" VALUES
  (1, 'Victor Hugo', ROW(ROW(47.24, 6.02), 'Besançon', 'France'),
   ARRAY[ROW('Les Misérables', 1862, ARRAY[ROW(1, 'Contents')])]),
  (2, 'Nikos Kazantzakis', ROW(ROW(35.3387, 25.1442), 'Heraklion', 'Greece'),
   ARRAY[ROW('Zorba the Greek', 1946, ARRAY[ROW(1, 'Contents'), ROW(2, 'Acknowledgements')]),
     ROW('The Last Temptation of Christ', 1955, ARRAY[ROW(1, 'Contents')])]);
INSERT INTO "authors" VALUES (3, 'Homer', ROW(NULL, 'Ionia', 'Greece'), array());

-- schema orinoco
CREATE TABLE ORDERS AS SELECT * FROM (VALUES
  (TIMESTAMP '2015-02-15 10:15:00', 1, 'paint', 10),
  (TIMESTAMP '2015-02-15 10:24:15', 2, 'paper', 5),
  (TIMESTAMP '2015-02-15 10:24:45', 3, 'brush', 12),
  (TIMESTAMP '2015-02-15 10:58:00', 4, 'paint', 3),
  (TIMESTAMP '2015-02-15 11:10:00', 5, 'paint', 3)) AS t (ROWTIME, ID, PRODUCT, UNITS);
