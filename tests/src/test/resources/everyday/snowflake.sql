-- Habits of people who come from Snowflake.

-- Filters over windows, stars, tops.
SELECT id, customer_id FROM orders
QUALIFY ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY ordered DESC) = 1 ORDER BY id;
=> 11|1
=> 13|2
=> 14|3
=> 15|NULL

SELECT * EXCLUDE (tags, signup) FROM customers WHERE id = 1;
=> 1|Ada|GB

SELECT * EXCLUDE tags RENAME (name AS customer) FROM customers WHERE id = 2;
=> 2|Bob|US|2023-03-02

SELECT * ILIKE '%name%' FROM customers ORDER BY 1 LIMIT 2;
=> Ada
=> Bob

SELECT * REPLACE (UPPER(status) AS status) EXCLUDE ordered FROM orders WHERE id = 12;
=> 12|2|35.25|OPEN

SELECT TOP 2 id FROM orders ORDER BY amount DESC;
=> 14
=> 10

SELECT country, COUNT(*) AS n FROM customers GROUP BY ALL ORDER BY ALL;
=> FR|1
=> GB|1
=> US|2

-- Conditions and conversions.
SELECT IFF(amount > 100, 'big', 'small') FROM orders ORDER BY id LIMIT 2;
=> big
=> small

SELECT NVL(customer_id, -1), NVL2(customer_id, 'known', 'anonymous'), ZEROIFNULL(customer_id)
FROM orders WHERE id = 15;
=> -1|anonymous|0

SELECT DECODE(status, 'paid', 1, 'open', 2, 0) AS code FROM orders ORDER BY id;
=> 1
=> 1
=> 2
=> 1
=> 0
=> 2

SELECT '42'::INT + 1, TRY_CAST('x' AS INT), TRY_TO_NUMBER('12'), TO_VARCHAR(7), TO_NUMBER('3.75', 10, 2);
=> 43|NULL|12|7|3.75

SELECT EQUAL_NULL(NULL, NULL), DIV0(1, 0), NULLIFZERO(0), BOOLOR(TRUE, FALSE), REGEXP_LIKE('abc', 'a.*');
=> true|0.000000|NULL|true|true

SELECT GREATEST(1, 5, 3), LEAST(2, 0), COALESCE(NULL, 'x'), IFNULL(NULL, 3), NULLIF(1, 1);
=> 5|0|x|3|NULL

-- Dates.
SELECT DATEADD(month, 1, '2024-01-31'::DATE), DATEADD('day', -1, DATE '2024-03-01');
=> 2024-02-29|2024-02-29

SELECT DATEDIFF(day, '2024-01-01'::DATE, '2024-03-01'::DATE), DATEDIFF('month', DATE '2023-12-31', DATE '2024-01-01');
=> 60|1

SELECT DATE_TRUNC('month', ordered), COUNT(*) FROM orders GROUP BY 1 ORDER BY 1;
=> 2024-01-01 00:00:00|2
=> 2024-02-01 00:00:00|2
=> 2024-03-01 00:00:00|2

SELECT TRUNC(ordered, 'MONTH') FROM orders WHERE id = 13;
=> 2024-02-01 00:00:00

SELECT TO_CHAR(ordered, 'YYYY-MM-DD HH24:MI'), DAYNAME(ordered), MONTHNAME(ordered), YEAR(ordered), WEEKOFYEAR(ordered)
FROM orders WHERE id = 10;
=> 2024-01-05 09:30|Friday|January|2024|1

SELECT TO_DATE('15/03/2024', 'DD/MM/YYYY'), TO_TIMESTAMP('2024-03-15 10:11:12'), LAST_DAY(DATE '2024-02-10'), NEXT_DAY(DATE '2024-02-10', 'mon');
=> 2024-03-15|2024-03-15 10:11:12|2024-02-29|2024-02-12

SELECT DATE_FROM_PARTS(2024, 2, 29), TIMESTAMP_FROM_PARTS(2024, 1, 2, 3, 4, 5), TIMEADD(hour, 2, TIMESTAMP '2024-01-01 23:00:00');
=> 2024-02-29|2024-01-02 03:04:05|2024-01-02 01:00:00

SELECT CONVERT_TIMEZONE('UTC', 'America/New_York', TIMESTAMP '2024-01-01 12:00:00');
=> 2024-01-01 07:00:00

SELECT DATE '2024-01-31' + INTERVAL '1 month', DATE_PART(epoch_second, TIMESTAMP '1970-01-02 00:00:00'), ADD_MONTHS(DATE '2024-01-15', 2), MONTHS_BETWEEN(DATE '2024-03-15', DATE '2024-01-15');
=> 2024-02-29|86400|2024-03-15|2.0

-- Texts.
SELECT SPLIT_PART('a-b-c', '-', 2), SPLIT('a,b', ','), CHARINDEX('b', 'abc'), INITCAP('snow flake'), LPAD('7', 3, '0'), CONTAINS('snow', 'no');
=> b|['a', 'b']|2|Snow Flake|007|true

SELECT REGEXP_REPLACE('a1b22', '[0-9]+', '#'), REGEXP_SUBSTR('order 66', '[0-9]+'), REGEXP_COUNT('banana', 'a'), STARTSWITH('snow', 'sn'), ENDSWITH('snow', 'ow');
=> a#b#|66|3|true|true

SELECT name FROM customers WHERE name LIKE ANY ('A%', 'D%') ORDER BY name;
=> Ada
=> Dee

SELECT name FROM customers WHERE name ILIKE 'a%' OR RLIKE(name, 'B.b') ORDER BY 1;
=> Ada
=> Bob

SELECT LISTAGG(name, ', ') WITHIN GROUP (ORDER BY name DESC) FROM customers;
=> Dee, Cid, Bob, Ada

-- Aggregates.
SELECT COUNT_IF(amount > 70), BOOLAND_AGG(amount > 0), MEDIAN(amount), ANY_VALUE('x'), MODE(status) FROM orders;
=> 3|true|72.375|x|paid

SELECT MAX_BY(id, amount), MIN_BY(id, amount), APPROX_COUNT_DISTINCT(customer_id), HLL(status) FROM orders;
=> 14|15|3|3

SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY amount), ARRAY_AGG(id) WITHIN GROUP (ORDER BY id) FROM orders WHERE status = 'paid';
=> 80.0|[10, 11, 13]

SELECT RATIO_TO_REPORT(amount) OVER (PARTITION BY customer_id) FROM orders WHERE customer_id = 2 ORDER BY id;
=> 0.352500
=> 0.647500

SELECT status, SUM(amount) FROM orders GROUP BY ROLLUP (status) ORDER BY 1;
=> open|45.25
=> paid|265.25
=> void|500.00
=> NULL|810.50

SELECT id, LAG(amount) OVER (ORDER BY ordered) AS before, CONDITIONAL_TRUE_EVENT(status = 'paid') OVER (ORDER BY ordered) AS n FROM orders ORDER BY id LIMIT 3;
=> 10|NULL|1
=> 11|120.50|2
=> 12|80.00|2

-- Nested and half-structured values.
SELECT c.name, f.value FROM customers c, LATERAL FLATTEN(INPUT => c.tags) f ORDER BY 1, 2;
=> Ada|new
=> Ada|vip
=> Bob|new

SELECT f.index, f.value FROM TABLE(FLATTEN(INPUT => ['a', 'b'])) f ORDER BY 1;
=> 0|a
=> 1|b

SELECT PARSE_JSON(body):name::STRING, PARSE_JSON(body):addr.city::STRING FROM docs ORDER BY id;
=> Ada|London
=> Bob|NULL

SELECT GET_PATH(PARSE_JSON(body), 'addr.zip')::INT, JSON_EXTRACT_PATH_TEXT(body, 'name') FROM docs WHERE id = 1;
=> 7|Ada

SELECT ARRAY_SIZE(tags), ARRAY_CONTAINS('vip'::VARIANT, tags), ARRAY_TO_STRING(tags, '/') FROM customers WHERE id = 1;
=> 2|true|vip/new

SELECT ARRAY_CONSTRUCT(1, 2, 3), ARRAY_CAT([1], [2]), ARRAY_SLICE([1, 2, 3], 0, 2), OBJECT_CONSTRUCT('a', 1);
=> [1, 2, 3]|[1, 2]|[1, 2]|{"a":1}

SELECT FILTER([1, 2, 3], x -> x > 1), TRANSFORM([1, 2], x INT -> x * 10), REDUCE([1, 2, 3], 0, (acc, x) -> acc + x);
=> [2, 3]|[10, 20]|6

-- Tables out of other tables.
SELECT * FROM sales PIVOT (SUM(amount) FOR month IN ('JAN', 'FEB', 'MAR')) AS p (rep, jan, feb, mar) ORDER BY rep;
=> ann|100|75|NULL
=> ben|70|NULL|5

SELECT rep, "'JAN'" AS jan FROM sales PIVOT (SUM(amount) FOR month IN ('JAN', 'FEB')) ORDER BY rep;
=> ann|100
=> ben|70

SELECT * FROM monthly UNPIVOT (amount FOR month IN (jan, feb, mar)) ORDER BY rep, month;
=> ann|feb|75
=> ann|jan|100
=> ben|jan|70
=> ben|mar|5

SELECT t.sym, t.qty, q.bid FROM trades t ASOF JOIN quotes q MATCH_CONDITION (t.ts >= q.ts) ON t.sym = q.sym ORDER BY 1, 2;
=> A|10|1.0
=> A|20|1.5

SELECT column1, column2 FROM VALUES (1, 'a'), (2, 'b') ORDER BY 1;
=> 1|a
=> 2|b

SELECT $1, $2 FROM VALUES (1, 'a');
=> 1|a

SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 10));
=> 10

SELECT SEQ4() AS n FROM TABLE(GENERATOR(ROWCOUNT => 3)) ORDER BY 1;
=> 0
=> 1
=> 2

SELECT COUNT(*) <= 6 FROM orders SAMPLE (50);
=> true

SELECT id FROM orders MINUS SELECT id FROM orders WHERE id < 15;
=> 15

-- Statements.
CREATE OR REPLACE TABLE sf_paid AS SELECT * FROM orders WHERE status = 'paid';

CREATE OR REPLACE TABLE sf_copy CLONE sf_paid;

SELECT COUNT(*) FROM sf_copy;
=> 3

CREATE OR REPLACE TRANSIENT TABLE sf_t (id NUMBER(10, 0) NOT NULL, name STRING, at TIMESTAMP_NTZ, v FLOAT);

INSERT INTO sf_t (id, name) SELECT id, name FROM customers;

MERGE INTO sf_t t USING (SELECT 1 AS id, 'Ann' AS name UNION ALL SELECT 9, 'New') s ON t.id = s.id
WHEN MATCHED THEN UPDATE SET name = s.name
WHEN NOT MATCHED THEN INSERT (id, name) VALUES (s.id, s.name);

SELECT id, name FROM sf_t ORDER BY id;
=> 1|Ann
=> 2|Bob
=> 3|Cid
=> 4|Dee
=> 9|New

UPDATE sf_t SET v = o.amount FROM orders o WHERE o.customer_id = sf_t.id AND o.id = 14;

DELETE FROM sf_t USING orders o WHERE o.customer_id = sf_t.id AND o.id = 12;

SELECT COUNT(*), SUM(v) FROM sf_t;
=> 4|500.0

INSERT OVERWRITE INTO sf_t (id, name) SELECT 5, 'Eve';

ALTER TABLE sf_t RENAME TO sf_t2;

SHOW TABLES LIKE 'sf_t2';
=> *

DESC TABLE sf_t2;
=> *

CREATE OR REPLACE TEMPORARY VIEW sf_v AS SELECT 1 AS one;
!! NOT_SUPPORTED

TRUNCATE TABLE IF EXISTS sf_t2;

DROP TABLE IF EXISTS sf_t2;

USE SCHEMA bauplan;

BEGIN;
!! NOT_SUPPORTED
