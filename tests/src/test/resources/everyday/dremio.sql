-- Habits of people who come from Dremio: branches, folders, its functions.

SELECT CONVERT_FROM(CONVERT_TO('abc', 'UTF8'), 'UTF8');
=> abc

SELECT CONVERT_FROM('{"a": 1}', 'JSON');
=> {"a":1}

SELECT name, FLATTEN(tags) AS tag FROM customers ORDER BY 1, 2;
!! TYPE_MISMATCH

SELECT TO_CHAR(ordered, 'YYYY-MM'), TO_DATE('2024-01-02', 'YYYY-MM-DD'), TO_TIMESTAMP('2024-01-02 03:04:05', 'YYYY-MM-DD HH24:MI:SS'), TO_NUMBER('12.5', '##.#') FROM orders WHERE id = 10;
=> 2024-01|2024-01-02|2024-01-02 03:04:05|12.5

SELECT DATE_ADD(DATE '2024-01-30', 3), DATE_SUB(DATE '2024-01-03', 2), DATEDIFF(DATE '2024-01-10', DATE '2024-01-01'), DATE_ADD(DATE '2024-01-01', CAST(2 AS INTERVAL DAY)), DATE_PART('month', DATE '2024-05-01'), EXTRACT(DAY FROM DATE '2024-05-06');
=> 2024-02-02|2024-01-01|9|2024-01-03|5|6

SELECT TIMESTAMPADD(DAY, 1, DATE '2024-01-01'), TIMESTAMPDIFF(MONTH, DATE '2024-01-01', DATE '2024-03-01'), UNIX_TIMESTAMP('1970-01-01 00:00:09'), MONTHS_BETWEEN(DATE '2024-03-01', DATE '2024-01-01'), LAST_DAY(DATE '2024-02-01');
=> 2024-01-02|2|9|2.0|2024-02-29

SELECT NEXT_DAY(DATE '2024-01-01', 'MO'), DATE_TRUNC('QUARTER', DATE '2024-05-17'), QUARTER(DATE '2024-05-17'), WEEKOFYEAR(DATE '2024-01-08'), DAYOFWEEK(DATE '2024-01-07');
=> 2024-01-08|2024-04-01|2|2|1

SELECT REGEXP_EXTRACT('a-12', '([a-z])-([0-9]+)', 2), REGEXP_LIKE('abc', '.*b.*'), REGEXP_MATCHES('abc', 'a.*'), REGEXP_REPLACE('a1', '[0-9]', ''), REGEXP_SPLIT('a,b', ',', 'ALL', 10), LOCATE('b', 'abc'), SPLIT_PART('a,b', ',', 1);
=> 12|true|true|a|['a', 'b']|2|a

SELECT BTRIM('  x '), CHARACTER_LENGTH('abc'), COL_LIKE('abc', 'a%'), INITCAP('ab cd'), LPAD('x', 3), REPEAT('a', 2), REVERSE('ab'), SUBSTR('abcd', 2, 2), ILIKE('ABC', 'a%');
=> x|3|true|Ab Cd|  x|aa|ba|bc|true

SELECT NVL(NULL, 1), NULLIF(1, 1), CASE 1 WHEN 1 THEN 'one' END;
=> 1|NULL|one

SELECT CAST('1' AS INT), CAST(1.7 AS INT), CAST('2024-01-01' AS DATE), 1 = 1.0;
=> 1|2|2024-01-01|true

SELECT SIGN(-2), TRUNCATE(1.567, 1), ROUND(1.567, 1), MOD(7, 3), LOG(2, 8), PI() > 3, CEILING(1.2), RANDOM() < 1, CBRT(27), POWER(2, 3);
=> -1|1.500|1.600|1|3.0|true|2|true|3.0|8.0

SELECT ARRAY_CONTAINS(tags, 'vip'), ARRAY_SIZE(tags), ARRAY_TO_STRING(tags, '+'), tags[1], ARRAY_REMOVE(tags, 'vip'), ARRAY_APPEND(tags, 'x'), ARRAY_DISTINCT(tags), ARRAYS_OVERLAP(tags, ARRAY['vip']) FROM customers WHERE id = 1;
=> true|2|vip+new|vip|['new']|['vip', 'new', 'x']|['vip', 'new']|true

SELECT MAP_KEYS(MAP['a', 1]), MAP_VALUES(MAP['a', 1]);
=> ['a']|[1]

SELECT LISTAGG(name, ',') WITHIN GROUP (ORDER BY name), NDV(country), APPROX_COUNT_DISTINCT(id), MEDIAN(id), BIT_OR(id), COUNT(DISTINCT country) FROM customers;
=> Ada,Bob,Cid,Dee|3|4|2.5|7|3

SELECT PERCENTILE_CONT(0.25) WITHIN GROUP (ORDER BY amount), PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY id), STDDEV_POP(id), ANY_VALUE(1) FROM orders;
=> 42.625|12|1.707825127659933|1

SELECT status, COUNT(*) FROM orders GROUP BY CUBE (status) ORDER BY 1 NULLS FIRST;
=> NULL|6
=> open|2
=> paid|3
=> void|1

SELECT id FROM orders QUALIFY RANK() OVER (ORDER BY amount DESC) = 1;
=> 14

SELECT id, SUM(amount) OVER (PARTITION BY customer_id ORDER BY ordered ROWS UNBOUNDED PRECEDING) AS running FROM orders WHERE customer_id = 1 ORDER BY id;
=> 10|120.50
=> 11|200.50

SELECT `name`, "country" FROM customers WHERE id = 1;
=> Ada|GB

SELECT * FROM (VALUES (1, 'a')) AS t (x, y);
=> 1|a

SELECT * FROM sales PIVOT (SUM(amount) AS total FOR month IN ('JAN' AS jan, 'FEB' AS feb)) ORDER BY rep;
=> ann|100|75
=> ben|70|NULL

SELECT rep, amount FROM monthly UNPIVOT INCLUDE NULLS (amount FOR month IN (feb)) ORDER BY 1;
=> ann|75
=> ben|NULL

SELECT id FROM orders WHERE ordered > '2024-03-01' ORDER BY 1;
=> 15

SELECT COUNT(*) FROM orders WHERE ordered BETWEEN '2024-02-01' AND '2024-02-29 23:59:59';
=> 2

SELECT COUNT(*) FROM orders, customers WHERE orders.customer_id = customers.id;
=> 5

-- Branches and versions.
CREATE BRANCH IF NOT EXISTS dev;

CREATE TABLE dr_t AT BRANCH dev AS SELECT 1 AS id;

INSERT INTO dr_t AT BRANCH dev VALUES (2);

SELECT COUNT(*) FROM dr_t AT BRANCH dev;
=> 2

SELECT COUNT(*) FROM dr_t AT BRANCH "dev";
=> 2

USE BRANCH dev;

SELECT MAX(id) FROM dr_t;
=> 2

CREATE TAG dr_tag AT BRANCH dev;

DELETE FROM dr_t WHERE id = 1;

SELECT COUNT(*) FROM dr_t AT TAG dr_tag;
=> 2

SHOW BRANCHES;
=> *

SHOW TAGS;
=> *

SHOW LOGS AT BRANCH dev;
=> *

USE BRANCH main;

MERGE BRANCH dev INTO main;

SELECT id FROM dr_t;
=> 2

UPDATE dr_t SET id = 3 WHERE id = 2;

ALTER TABLE dr_t ADD COLUMNS (note VARCHAR, n INT);

ALTER TABLE dr_t DROP COLUMN n;

SELECT COUNT(*) >= 2 FROM TABLE(table_history('dr_t'));
=> true

SELECT COUNT(*) >= 2 FROM TABLE(table_snapshot('dr_t'));
=> true

ROLLBACK TABLE dr_t TO TIMESTAMP '2000-01-01 00:00:00';
!! *

OPTIMIZE TABLE dr_t;
=> *

VACUUM TABLE dr_t EXPIRE SNAPSHOTS RETAIN_LAST 1;
=> *

CREATE FOLDER IF NOT EXISTS dr_folder;

CREATE OR REPLACE VIEW dr_folder.dr_view AS SELECT name FROM customers;

SELECT COUNT(*) FROM dr_folder.dr_view;
=> 4

CREATE FUNCTION dr_double (x INT) RETURNS INT RETURN SELECT x * 2;
!! NOT_SUPPORTED

ALTER TABLE dr_t REFRESH METADATA;
!! *

DROP VIEW dr_folder.dr_view;

DROP TAG dr_tag;

DROP BRANCH dev FORCE;

SHOW CREATE TABLE dr_t;
=> *

SHOW VIEWS;
=> *

DESCRIBE TABLE dr_t;
=> *
