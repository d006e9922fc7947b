-- Statements that parse, print and parse again to the same. Entries are separated by blank lines.

SELECT 1

SELECT 1;

select a, b from t where x = 1 and y <> 'it''s' or not z

SELECT * FROM ns.sub.t AS x

SELECT t.* FROM t

SELECT a.b.c FROM t AS a

FROM t

FROM t WHERE a > 1

FROM t SELECT a, b WHERE a > 1 GROUP BY a, b HAVING count(*) > 1

(SELECT 1) UNION ALL (SELECT 2) ORDER BY 1 LIMIT 3 OFFSET 2

SELECT a FROM t UNION SELECT b FROM u EXCEPT SELECT c FROM v INTERSECT SELECT d FROM w

SELECT a FROM t UNION DISTINCT SELECT b FROM u

VALUES (1, 'a'), (2, NULL)

SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v (id, name)

TABLE t

WITH a AS (SELECT 1 AS x), b (y) AS (SELECT x FROM a) SELECT * FROM a, b

WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT * FROM n

WITH a AS (SELECT 1 AS x) SELECT x FROM a ORDER BY x DESC NULLS LAST LIMIT 1

SELECT DISTINCT a, b FROM t

SELECT DISTINCT ON (a) a, b FROM t

SELECT DISTINCT ON (a, b) a, b AS x, c FROM t WHERE c > 1 ORDER BY a, 3 DESC LIMIT 5

SELECT * FROM a JOIN b ON a.id = b.id LEFT JOIN c USING (id) CROSS JOIN d

SELECT * FROM a FULL OUTER JOIN b ON a.x = b.x AND a.y < b.y

SELECT * FROM a NATURAL JOIN b

SELECT * FROM a JOIN (SELECT x, y FROM b) AS c ON a.x = c.x

SELECT * FROM a RIGHT JOIN (b INNER JOIN c ON b.x = c.x) ON a.x = b.x

SELECT * FROM a, b, LATERAL (SELECT * FROM c WHERE c.x = a.x) AS l

SELECT * FROM t, UNNEST(t.items) AS u (item)

SELECT * FROM UNNEST(ARRAY[1, 2, 3]) WITH ORDINALITY AS u (v, i)

SELECT * FROM t TABLESAMPLE BERNOULLI(10) REPEATABLE (7)

SELECT * FROM t TABLESAMPLE SYSTEM(5)

SELECT a, sum(b) AS s, count(*), count(DISTINCT c) FROM t GROUP BY a HAVING sum(b) > 10

SELECT a, b, sum(c) FROM t GROUP BY GROUPING SETS ((a, b), (a), ())

SELECT a, b, sum(c) FROM t GROUP BY ROLLUP (a, b)

SELECT a, b, sum(c), GROUPING(a) FROM t GROUP BY CUBE (a, b)

SELECT a, sum(b) FROM t GROUP BY ALL

SELECT a IN (), a NOT IN () FROM t WHERE b > ALL () OR + a IN (1)

SELECT date_trunc('month', ts) AS m, a, count(*) + 1, median(b) FROM t GROUP BY ALL ORDER BY 1

SELECT a, sum(sum(b)) OVER (ORDER BY a) FROM t GROUP BY ALL

SELECT 1 AS one, 2 AS two ORDER BY 1, two

SELECT a, row_number() OVER (PARTITION BY b ORDER BY c DESC) AS r FROM t QUALIFY r = 1

SELECT sum(a) OVER w, avg(a) OVER (w ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t WINDOW w AS (PARTITION BY b ORDER BY c)

SELECT lag(a, 1) IGNORE NULLS OVER (ORDER BY b), first_value(a) OVER (ORDER BY b RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND UNBOUNDED FOLLOWING) FROM t

SELECT sum(a) FILTER (WHERE b > 0) FROM t

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a) FROM t

SELECT string_agg(a, ',' ORDER BY b), array_agg(DISTINCT c), listagg(d, ';') WITHIN GROUP (ORDER BY d) FROM t

SELECT a, b, FROM t

SELECT * EXCLUDE (a, b) FROM t

SELECT * EXCEPT (a) FROM t

SELECT * REPLACE (a + 1 AS a) FROM t

SELECT CASE WHEN a > 1 THEN 'x' WHEN a IS NULL THEN 'n' ELSE 'y' END FROM t

SELECT CASE a WHEN 1 THEN 'x' END AS "end" FROM t

SELECT CAST(a AS VARCHAR), CAST(b AS DECIMAL(10, 2)), TRY_CAST(c AS DOUBLE), d::int, (e + 1)::varchar(10), '2024-01-01'::date FROM t

SELECT CAST(a AS STRING), a::text, a::long, a::timestamptz, a::bytes, a::bool, a::int64, a::float64, a::number(10, 2), a::datetime FROM t

SELECT CAST(a AS ARRAY<INT>), CAST(b AS MAP<STRING, ARRAY<DOUBLE>>), CAST(c AS STRUCT<x: INT, y STRING>), CAST(d AS ROW(x INT, y VARCHAR)), CAST(e AS INT ARRAY) FROM t

SELECT a FROM t WHERE a BETWEEN 1 AND 2 AND b NOT BETWEEN 3 AND 4

SELECT a FROM t WHERE a IN (1, 2, 3) AND b NOT IN (SELECT x FROM u)

SELECT a FROM t WHERE a LIKE 'x%' AND b NOT LIKE '%y' ESCAPE '\' AND c ILIKE 'Z_' AND d SIMILAR TO 'a|b'

SELECT a FROM t WHERE a ~ '^x' AND b !~ 'y$' AND c ~* 'z' AND d !~* 'w'

SELECT a FROM t WHERE a RLIKE 'x.*'

SELECT a FROM t WHERE a IS NULL AND b IS NOT NULL AND c IS TRUE AND d IS NOT FALSE AND e IS DISTINCT FROM f AND g IS NOT DISTINCT FROM h

SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.x = t.x) AND NOT EXISTS (SELECT * FROM v)

SELECT a FROM t WHERE a > ALL (SELECT x FROM u) OR a = ANY (SELECT y FROM u) OR a < SOME (SELECT z FROM u)

SELECT a FROM t WHERE (a, b) IN ((1, 2), (3, 4)) AND ROW(a, b) = ROW(1, 2)

SELECT (SELECT max(x) FROM u) + 1 FROM t

SELECT -a, +b, - -1, a - -b, a * (b + c) / d % e, a || b || 'c' FROM t

SELECT 1.5, 1e10, .5, 1E-3, 12345678901234567890, -0

SELECT TRUE, FALSE, NULL, UNKNOWN

SELECT '日本', 'a''b', '', 'naïve', '🙂'

SELECT U&'\00e9', E'a\nb', X'CAFE'

SELECT DATE '2024-01-31', TIME '12:34:56', TIMESTAMP '2024-01-31 12:34:56.123456'

SELECT INTERVAL '1' DAY, INTERVAL '1-2' YEAR TO MONTH, INTERVAL '1 02:03:04.5' DAY TO SECOND, INTERVAL 3 HOUR, INTERVAL -5 MINUTE, ts + INTERVAL '2' MONTH FROM t

SELECT extract(YEAR FROM ts), extract(epoch FROM ts), year(ts), month(ts), hour(ts), quarter(ts) FROM t

SELECT date_trunc('month', ts), date_trunc(ts, MONTH), floor(ts TO DAY), ceil(x), floor(x) FROM t

SELECT datediff(day, a, b), datediff('week', a, b), date_diff('hour', a, b), DATE_DIFF(b, a, DAY), timestampdiff(SECOND, a, b), dateadd(month, 3, d), timestampadd(DAY, 1, d) FROM t

SELECT datediff(a, b) FROM t

SELECT ts AT TIME ZONE 'Europe/Rome', (ts AT TIME ZONE 'UTC')::date FROM t

SELECT ts AT TIME ZONE 'UTC' AS t2 FROM t WHERE ts AT TIME ZONE 'UTC' > TIMESTAMP '2024-01-01 00:00:00'

SELECT current_date, current_timestamp, localtimestamp, current_user, now()

SELECT substring(a FROM 2 FOR 3), substring(a, 2), trim(BOTH 'x' FROM a), trim(a), position('x' IN a), overlay(a PLACING 'b' FROM 1), upper(a), char_length(a) FROM t

SELECT coalesce(a, b, 0), nullif(a, b), greatest(a, b), abs(a), mod(a, 2), power(a, 2), sqrt(a), left(a, 2), right(a, 2), replace(a, 'x', 'y'), if(a, b, c) FROM t

SELECT ARRAY[1, 2], [1, 2, 3], [], MAP['a', 1, 'b', 2], ROW(1, 'x'), a[1], m['k'], r.f, [[1], [2]] FROM t

SELECT a[1].b, (r).x FROM t

SELECT json_value(j, '$.a'), json_query(j, '$.b'), json_object('a': 1), json_exists(j, '$.c') FROM t

SELECT * FROM t WHERE a = ? AND b > ? LIMIT ?

SELECT "select", "From", `a b`, "with ""quotes""" FROM "my table" AS "t 1"

SELECT date, time, timestamp, value, year, month, day, hour, minute, second, user, name, count, position, type, key, status, level, data, text, index, start, "end", first, last, rank, row_number, language, method, result, version, path, source, target, format, comment, percent, period, action, condition, element, total, code, mod, power, section, session, output, input, parameter, one, open, close, column, connection, contains, filter, global, local, hold, import, role, search, sequence, sql, static, system, trigger, upper, work, zone, language FROM t

SELECT t.date, t.user, t.value, t.timestamp FROM t ORDER BY t.date, value, year

SELECT count(date), max(timestamp), min(value), sum(year) FROM t GROUP BY month, day

SELECT date AS timestamp, 1 AS value, 2 AS year, 3 AS user FROM t

SELECT a date, b value FROM t timestamp

SELECT /* a comment */ a -- another
FROM t /* and
one more */ WHERE b = 1

SELECT /*+ hint(a) */ a FROM t

SELECT * FROM 'data/file.parquet'

SELECT f.a FROM 's3://bucket/dir/*.csv.gz' AS f WHERE f.a > 1

SELECT * FROM 'x.json' JOIN t ON TRUE

SELECT * FROM read_parquet('s3://bucket/*.parquet')

SELECT * FROM read_csv('f.csv', header => TRUE, delimiter => ';') AS c

SELECT * FROM TABLE(f(TABLE t))

SELECT * FROM TABLE(f(data => TABLE ns.t))

SELECT * FROM TABLE(f(data => TABLE t, n => 3)) AS x WHERE x.a > 1

SELECT * FROM TABLE(top_n(TABLE orders PARTITION BY product ORDER BY amount DESC, 3))

SELECT * FROM TABLE(f(TABLE(SELECT a, b FROM t WHERE a > 1)))

SELECT * FROM TABLE(f(TABLE(SELECT a FROM t) PARTITION BY a, 'x'))

SELECT * FROM TABLE(f(TABLE t PARTITION BY (a, b) ORDER BY (c DESC, d), 1))

SELECT * FROM TABLE(f(data => TABLE(SELECT a FROM t)))

SELECT * FROM TABLE(f(TABLE(g(TABLE t))))

SELECT * FROM TABLE(f((SELECT a FROM t)))

SELECT * FROM TABLE(f(TABLE a, TABLE b))

SELECT * FROM f(TABLE t)

SELECT * FROM generate_series(1, 10) AS g (i)

SELECT * FROM t AT BRANCH dev

SELECT * FROM t AT BRANCH feature/x-1 AS y JOIN u AT TAG v1.0 ON y.a = u.a

SELECT * FROM t AT COMMIT "2f9a" WHERE a = 1

SELECT * FROM t AT COMMIT '0123456789abcdef'

SELECT * FROM t AT SNAPSHOT 8333017788700497002

SELECT * FROM t AT TIMESTAMP TIMESTAMP '2024-01-01 00:00:00' AS x

SELECT * FROM t AT TIMESTAMP '2024-01-01 00:00:00'

SELECT * FROM t AT main

SELECT * FROM t AT main@abc~2

SELECT * FROM t AT "main*2024-01-01T00:00:00Z"

SELECT * FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2024-01-01 00:00:00'

SELECT * FROM t FOR TIMESTAMP AS OF TIMESTAMP '2024-01-01 00:00:00'

SELECT * FROM t FOR VERSION AS OF 123

SELECT * FROM t FOR VERSION AS OF 'v1'

SELECT * FROM TABLE(f(TABLE(SELECT * FROM t AT BRANCH dev)))

SELECT * FROM t PIVOT (sum(a) FOR b IN (1 AS x, 2 AS y))

SELECT * FROM t UNPIVOT (v FOR k IN (a AS 'a', b AS 'b'))

SELECT * FROM orders MATCH_RECOGNIZE (PARTITION BY c ORDER BY d MEASURES a.x AS ax ONE ROW PER MATCH PATTERN (a b+) DEFINE b AS b.x > PREV(b.x)) AS m

SELECT a FROM t ORDER BY a ASC NULLS FIRST, b DESC FETCH FIRST 5 ROWS ONLY

SELECT a FROM t ORDER BY a OFFSET 5 ROWS FETCH NEXT 10 ROWS ONLY

SELECT a FROM t OFFSET 5 LIMIT 10

SELECT a FROM t LIMIT ALL

SELECT list_transform(a, x -> x + 1), reduce(a, 0, (x, y) -> x * y) FROM t

CREATE TABLE t (id BIGINT)

CREATE TABLE ns.t (id BIGINT NOT NULL, s STRING, v VARCHAR(20), d DECIMAL(10, 2), b BOOLEAN, x DOUBLE PRECISION, r REAL, f FLOAT)

CREATE TABLE t (a TINYINT, b SMALLINT, c INT, d INTEGER, e LONG, f TEXT, g DATE, h TIME, i TIMESTAMP, j TIMESTAMP(6), k TIMESTAMPTZ, l TIMESTAMP WITH TIME ZONE, m TIMESTAMP WITH LOCAL TIME ZONE, n DATETIME, o BYTES, p BYTEA, q VARBINARY, r UUID, s BINARY(16), t CHAR(3))

CREATE TABLE t (a ARRAY<INT>, b MAP<STRING, DOUBLE>, c STRUCT<x: INT, y: ARRAY<STRING>>, d ROW(p INT, q VARCHAR), e ARRAY<STRUCT<z INT>>)

CREATE TABLE t (date DATE, timestamp TIMESTAMP, value DOUBLE, year INT, user STRING, "order" INT, key STRING, index INT)

CREATE TABLE IF NOT EXISTS t (id INT PRIMARY KEY, name STRING COMMENT 'who', n INT DEFAULT 0 NOT NULL)

CREATE TABLE t (id INT, name STRING, PRIMARY KEY (id))

CREATE OR REPLACE TABLE t (id INT) PARTITIONED BY (id)

CREATE TABLE t (ts TIMESTAMP, id BIGINT, s STRING) PARTITIONED BY (day(ts), bucket(16, id), truncate(4, s), s) WITH ('format-version' = '2', write.target-file-size-bytes = 1048576)

CREATE TABLE t (ts TIMESTAMP) PARTITIONED BY (years(ts), months(ts), hours(ts), bucket(ts, 8))

CREATE TABLE t AS SELECT 1 AS x

CREATE TABLE t (a, b) AS SELECT 1, 2

CREATE TABLE t PARTITIONED BY (month(ts)) WITH (k = 'v') AS SELECT * FROM u WHERE x > 1 ORDER BY y LIMIT 10

CREATE TABLE t AT BRANCH dev AS WITH a AS (SELECT 1) SELECT * FROM a

CREATE TABLE t (id INT) AT BRANCH dev

DROP TABLE t

DROP TABLE IF EXISTS ns.t CASCADE

DROP TABLE t AT BRANCH dev

DROP VIEW v

DROP MATERIALIZED VIEW IF EXISTS v

DROP FUNCTION IF EXISTS f

DROP NAMESPACE ns CASCADE

DROP SCHEMA IF EXISTS ns

DROP EXPECTATION e

CREATE NAMESPACE ns

CREATE SCHEMA IF NOT EXISTS a.b AT BRANCH dev

INSERT INTO t VALUES (1, 'a'), (2, 'b')

INSERT INTO t (a, b) SELECT x, y FROM u

INSERT INTO TABLE t SELECT * FROM u

INSERT INTO t (SELECT * FROM u)

INSERT INTO t FROM u

INSERT INTO t AT BRANCH dev (a, b) VALUES (1, DEFAULT)

INSERT INTO t (a) AT BRANCH "feature/x" WITH q AS (SELECT 1) SELECT * FROM q

INSERT OVERWRITE t SELECT * FROM u

INSERT OVERWRITE INTO t (a) SELECT a FROM u

UPDATE t SET a = 1

UPDATE t AS x SET a = x.a + 1, b = (SELECT max(c) FROM u), d = CASE WHEN e THEN 1 ELSE 2 END WHERE x.c IS NULL AND d IN (1, 2)

UPDATE ns.t AT BRANCH dev SET value = 2, date = DATE '2024-01-01' WHERE user = 'x'

DELETE FROM t

DELETE FROM t WHERE a = 1

DELETE FROM t AT BRANCH dev AS x WHERE x.a IN (SELECT b FROM u)

MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = s.a WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.a)

MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED BY TARGET AND s.a > 1 THEN INSERT * WHEN NOT MATCHED BY SOURCE AND t.a = 1 THEN DELETE WHEN NOT MATCHED BY SOURCE THEN UPDATE SET a = 2

UPDATE t SET a = s.b, c = DEFAULT FROM ns.s AS s WHERE t.id = s.id

DELETE FROM t AS x USING (SELECT 1 AS id) AS s WHERE x.id = s.id

INSERT INTO t BY NAME SELECT 1 AS b, 2 AS a

ALTER TABLE t ADD COLUMN a.b INTEGER DEFAULT 3 COMMENT 'x' AFTER c, ADD COLUMN d DATE FIRST, DROP COLUMN a.x, RENAME COLUMN a.y TO z

ALTER TABLE t ALTER COLUMN a.b TYPE BIGINT, ALTER COLUMN b FIRST, ALTER COLUMN b AFTER c, ALTER COLUMN c COMMENT 'why', ALTER COLUMN d SET DEFAULT 5, ALTER COLUMN d DROP DEFAULT, ALTER COLUMN e SET NOT NULL

ALTER TABLE t REPLACE PARTITION FIELD day(ts) WITH hour(ts), ADD PARTITION FIELD bucket(4, id), DROP PARTITION FIELD truncate(2, s)

MERGE INTO ns.t AT BRANCH dev AS x USING (SELECT * FROM u WHERE z > 1) AS s ON x.id = s.id AND x.d = s.d WHEN MATCHED AND s.del THEN DELETE WHEN MATCHED AND s.a > 1 THEN UPDATE SET a = s.a, b = x.b + 1 WHEN NOT MATCHED AND s.id > 0 THEN INSERT (id, a) VALUES (s.id, DEFAULT)

TRUNCATE TABLE t

TRUNCATE t AT BRANCH dev

ALTER TABLE t ADD COLUMN a INT

ALTER TABLE t ADD COLUMN IF NOT EXISTS a STRING COMMENT 'x'

ALTER TABLE t ADD COLUMNS (a INT, b STRING)

ALTER TABLE t ADD a INT, DROP COLUMN b, RENAME COLUMN c TO d, ALTER COLUMN e TYPE BIGINT

ALTER TABLE t ALTER COLUMN e SET DATA TYPE DECIMAL(20, 2)

ALTER TABLE t ALTER COLUMN e SET NOT NULL, ALTER COLUMN f DROP NOT NULL

ALTER TABLE IF EXISTS t DROP COLUMN IF EXISTS a

ALTER TABLE t RENAME TO ns.u

ALTER TABLE t AT BRANCH dev RENAME COLUMN date TO day

ALTER TABLE t SET PROPERTIES (a = 'b', 'c.d' = 2)

ALTER TABLE t SET TBLPROPERTIES ('a' = 'b')

ALTER TABLE t UNSET PROPERTIES (a, 'c.d')

ALTER TABLE t ADD PARTITION FIELD bucket(8, id)

ALTER TABLE t DROP PARTITION FIELD day(ts)

ALTER TABLE t WRITE ORDERED BY a, b DESC, c ASC NULLS FIRST, d NULLS LAST

ALTER TABLE t WRITE UNORDERED

COPY INTO t FROM 'data/*.parquet'

COPY INTO ns.t (a, b) FROM 's3://bucket/x.csv' FILE_FORMAT = CSV (HEADER = true, DELIMITER = ';', NULL = 'NA')

COPY INTO t AT BRANCH dev FROM 'x.json' FILE_FORMAT = JSON

COPY INTO t FROM 'x' FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1 NULL_IF = ('NA', ''))

COPY t FROM 'x.csv' (FORMAT csv, HEADER)

COPY t TO 'out.parquet'

COPY t AT BRANCH dev TO 'out.csv' (HEADER, DELIMITER '|')

COPY (SELECT a FROM t WHERE b > 1) TO 'out.json' FILE_FORMAT = JSON

COPY (SELECT 1) TO 'x' (FORMAT parquet, COMPRESSION zstd)

CREATE VIEW v AS SELECT 1 AS x

CREATE OR REPLACE VIEW ns.v (a, b) AS SELECT x, y FROM t WHERE z

CREATE VIEW IF NOT EXISTS v AT BRANCH dev AS FROM t

CREATE MATERIALIZED VIEW v PARTITIONED BY (day(ts)) WITH (k = 'v') AS SELECT ts, count(*) AS n FROM t GROUP BY ts

CREATE OR REPLACE MATERIALIZED VIEW v AS SELECT 1

REFRESH MATERIALIZED VIEW v

CREATE OR REPLACE FUNCTION euro_selection (
  data TABLE (id BIGINT, usd DOUBLE, country VARCHAR) ROW SEMANTICS)
RETURNS TABLE (id BIGINT LINEAGE data.id, usd DOUBLE, country VARCHAR LINEAGE data.country)
LANGUAGE PYTHON RUNTIME_VERSION = '3.11' PACKAGES = ('pandas==2.0')
IMMUTABLE HANDLER = 'euro_selection' AS $$
def euro_selection(data):
    # it's $1 -- not; a comment
    return data[data["country"] == 'IT']
$$;

CREATE FUNCTION f (data TABLE SET SEMANTICS, n INT DEFAULT 3, s STRING) RETURNS TABLE LANGUAGE PYTHON PACKAGES = ('polars', 'numpy<2') PACKAGES_AS_OF = DATE '2023-06-30' VOLATILE MEMORY = '2 GiB' TIMEOUT = 90 s INTERNET_ACCESS = TRUE AS 'def f(data, n, s): return data'

CREATE FUNCTION IF NOT EXISTS ns.f (x DOUBLE, y DOUBLE) RETURNS DOUBLE LANGUAGE JAVA IMMUTABLE IMPORTS = ('f.jar', 'g.jar') HANDLER = 'com.acme.F'

CREATE FUNCTION f (x ARRAY<DOUBLE>) RETURNS STRUCT<a: INT, b: STRING> LANGUAGE JAVA AS $$ class F { } $$

CREATE FUNCTION f () AT BRANCH dev RETURNS BIGINT LANGUAGE PYTHON RUNTIME_VERSION = 3.11 HANDLER = 'f' AS $$def f(): return 1$$

CREATE FUNCTION f (d TABLE (date DATE, value DOUBLE NOT NULL)) RETURNS TABLE (date DATE LINEAGE d.date, value DOUBLE NOT NULL) LANGUAGE PYTHON AS $$x$$

CREATE BRANCH dev

CREATE BRANCH IF NOT EXISTS feature/x-1 FROM main

CREATE OR REPLACE BRANCH dev AT main@abc IN nessie

CREATE BRANCH "a b" IN nessie FROM TAG v1

CREATE TAG v1.0 FROM BRANCH main

CREATE TAG t AT COMMIT "deadbeef"

DROP BRANCH IF EXISTS dev IN nessie

DROP TAG v1.0

ALTER BRANCH dev ASSIGN main~2

ALTER TAG v1 ASSIGN COMMIT 'deadbeef' IN nessie

ALTER BRANCH a RENAME TO b

MERGE BRANCH dev

MERGE BRANCH dev INTO main

MERGE BRANCH DRY RUN feature/x INTO main IN nessie

USE BRANCH dev

USE TAG v1.0

USE COMMIT "deadbeef"

USE REFERENCE main@abc

USE ns

USE a.b

USE NAMESPACE ns

USE SCHEMA ns

SHOW TABLES

SHOW TABLES IN ns LIKE 'a%' AT BRANCH dev

SHOW VIEWS FROM a.b

SHOW FUNCTIONS

SHOW SCHEMAS

SHOW NAMESPACES LIKE '%x%'

SHOW BRANCHES

SHOW TAGS IN nessie

SHOW LOGS

SHOW LOGS AT dev

SHOW JOBS

SHOW SETTINGS

SHOW ALL

SHOW COLUMNS FROM ns.t

SHOW COLUMNS IN t AT TAG v1

SHOW CREATE TABLE t

SHOW CREATE VIEW ns.v

SHOW CREATE FUNCTION f AT BRANCH dev

SHOW timezone

DESCRIBE t

DESC TABLE ns.t

DESCRIBE t AT BRANCH dev

DESCRIBE SELECT a, b + 1 AS c FROM t

DESCRIBE FUNCTION f

DESCRIBE 'x.parquet'

EXPLAIN SELECT 1

EXPLAIN LOGICAL SELECT a FROM t WHERE b

EXPLAIN PHYSICAL SELECT a FROM t

EXPLAIN ANALYZE SELECT a FROM t

EXPLAIN (FORMAT JSON) SELECT a FROM t

EXPLAIN ANALYZE (FORMAT DOT) SELECT a FROM t

EXPLAIN (ANALYZE, FORMAT TEXT) (SELECT 1) UNION (SELECT 2)

EXPLAIN PLAN FOR SELECT 1

EXPLAIN INSERT INTO t SELECT * FROM u

EXPLAIN (SELECT 1)

EXPLAIN PIPELINE 'dir'

EXPLAIN ANALYZE PIPELINE 'dir'

EXPLAIN (TYPE LOGICAL, FORMAT SVG) PIPELINE 'dir'

EXPLAIN ANALYZE FORMAT DOT SELECT 1

EXPLAIN ANALYZE VERBOSE SELECT 1

EXPLAIN (ANALYZE TRUE, BUFFERS, COSTS ON, FORMAT = GRAPHVIZ) SELECT 1

EXPLAIN (ANALYZE OFF) DELETE FROM t

SUMMARIZE t

SUMMARIZE SELECT a FROM t

SUMMARIZE 'x.csv'

RUN PIPELINE 'examples/listing1'

RUN PIPELINE 'dir' ON BRANCH dev WITH (p = 1, q = 'x', start = 2024-01-01) DRY RUN STRICT

RUN PIPELINE 'dir' STRICT ON dev

RERUN JOB 'b1946ac9'

CREATE EXPECTATION e ON t CHECK (a > 0 AND b IS NOT NULL)

CREATE OR REPLACE EXPECTATION ns.e ON ns.t AT BRANCH dev CHECK (a IN (1, 2))

CALL system.generate_tpch(scale => 0.1)

CALL system.generate_transactions(rows => 5000000, seed => -1, "table" => 't', start => DATE '2023-01-01')

CALL system.rollback_to_snapshot('ns.t', 123)

CALL system.p()

CALL system.p AT BRANCH dev

SET timezone = 'Europe/Rome'

SET TIME ZONE 'UTC'

SET SESSION a.b TO 5

SET x = true

SET search_path = a, b

SET x = DEFAULT

RESET timezone

RESET ALL

BEGIN

BEGIN TRANSACTION

START TRANSACTION

COMMIT

ROLLBACK WORK

VACUUM t

VACUUM TABLE t WITH (older_than = '7 days')

OPTIMIZE ns.t

ANALYZE TABLE t

ANALYZE TABLE t COMPUTE STATISTICS

ANALYZE TABLE t (a, "b c")

ANALYZE ns.t COMPUTE STATISTICS FOR COLUMNS a, b

ANALYZE TABLE t COMPUTE STATISTICS FOR ALL COLUMNS

GRANT SELECT ON t TO bob

CREATE TEMPORARY TABLE t (a INT)

SELECT at.a, x.b FROM (SELECT 1 AS a) at, t AT BRANCH b AS x WHERE at.a = x.b

SELECT ts AT TIME ZONE 'UTC' AS at FROM t at JOIN u AT TAG v ON at.a = u.a

SELECT * EXCLUDE a FROM t

SELECT t.* EXCLUDE (a) REPLACE (b + 1 AS b) RENAME (c AS d), 1 AS x FROM t

SELECT * ILIKE 'a%', * RENAME (a AS b, c AS "d e") FROM t

SELECT * EXCEPT (a) EXCEPT SELECT * FROM u

SELECT COLUMNS('a.*'), COLUMNS(*) FROM t

SELECT {'a': 1, b: 'x', "c d": {'e': [1, 2]}} AS s, MAP {'k': 1, 'l': 2} AS m, struct_pack(a := 1, b := 'x') FROM t

SELECT a[1:2], a[:2], a[2:], s[1], 'text'[1:3], a[i + 1:j * 2] FROM t

SELECT a & b | c << 2 >> 1, ~a, a ^ 2, a ** b, a ^@ 'x' FROM t

SELECT j -> 'a' ->> 'b', j:a.b[0]::INT, j ->> '$.x' FROM t

SELECT 1_000_000, 0xFF, 1e-3, .5e2

SELECT INTERVAL '1 hour 30 minutes', INTERVAL '2 days', INTERVAL '1' YEAR, INTERVAL 2 WEEK

SELECT TOP 3 a FROM t ORDER BY a

SELECT a, b FROM t ORDER BY ALL

SELECT a, b FROM t ORDER BY ALL DESC NULLS LAST

SELECT a, b FROM t UNION BY NAME SELECT b, a FROM u

SELECT a FROM t UNION ALL BY NAME SELECT a FROM u

SELECT * FROM a SEMI JOIN b ON a.x = b.x

SELECT * FROM a ANTI JOIN b ON a.x = b.x WHERE a.y > 1

SELECT * FROM a LEFT SEMI JOIN b ON a.x = b.x LEFT ANTI JOIN c ON a.x = c.x

SELECT * FROM a ASOF JOIN b ON a.k = b.k AND a.t >= b.t

SELECT * FROM a ASOF JOIN b MATCH_CONDITION a.t >= b.t ON a.k = b.k

SELECT * FROM a LEFT ASOF JOIN b ON a.k = b.k AND a.t >= b.t

SELECT unnest(a), b FROM t

SELECT unnest([1, 2, 3]) AS x

SELECT f.value, f.index FROM t, LATERAL FLATTEN(input => t.items) f

SELECT * FROM t CROSS JOIN LATERAL (SELECT * FROM u WHERE u.a = t.a LIMIT 2) AS l

SELECT * FROM range(1, 10) AS r (i)

SELECT range(3), * FROM range(5)

SELECT list(a ORDER BY b DESC), any_value(a ORDER BY b), array_agg(a) WITHIN GROUP (ORDER BY b) FROM t

SELECT * FROM VALUES (1, 'a'), (2, 'b')

SELECT * FROM VALUES (1, 'a') AS v (x, y)

SELECT * FROM t TABLESAMPLE (10 PERCENT)

SELECT * FROM t SAMPLE (5)

SELECT trim(a, 'x'), trim(LEADING 'y' FROM a), MAP(k, v), extract(day_of_week FROM d) FROM t

SELECT current_date, current_timestamp, Current_User AS u, localtime FROM t WHERE d = current_date GROUP BY current_date

SELECT N'abc', _utf8'abc', E'tab\there', U&'\00e9', 'a' 'b'

SELECT (r).x, (r).x.y, (f(a)).b, a[1].b.c, t.r.x FROM t

SELECT list_filter(a, x -> x > 1 AND x < 5), list_reduce(a, (x, y) -> x + y) FROM t

SELECT a.b$c, t.x_1$ FROM t

SELECT (a + b)::INT, (-a)::BIGINT, -a::BIGINT, (NOT a)::INT, (a AND b)::VARCHAR, a::DECIMAL(10, 2)::INT, (CASE WHEN a THEN 1 END)::INT FROM t

SELECT a - (b - c), (a - b) - c, a / (b * c), -(a + b), NOT (a AND b), (a OR b) AND c, NOT a = b, (a = b) = c, - (- a) FROM t

SELECT (a, b) = (1, 2), (SELECT 1) = ANY (SELECT 2), a BETWEEN (b AND c) AND d, (a IS NULL) IS TRUE, (a LIKE b) LIKE c FROM t

SELECT a IN ((SELECT 1), 2), a NOT IN (b, c + 1), (a IN (1)) IN (TRUE), a = ALL (SELECT b FROM u) FROM t

SELECT a || (b || c), (a || b) COLLATE_x, a AT TIME ZONE (b || c), ((a)) FROM t

SELECT EXISTS (SELECT 1), NOT EXISTS (SELECT 1), (EXISTS (SELECT 1)) = TRUE, (SELECT a FROM t LIMIT 1) + 1

SELECT CASE WHEN a THEN CASE WHEN b THEN 1 ELSE 2 END ELSE (SELECT 3) END, CASE (a + b) WHEN (1 + 2) THEN 3 END FROM t

(SELECT a FROM t ORDER BY a LIMIT 1) UNION ALL (SELECT b FROM u ORDER BY b LIMIT 2) ORDER BY 1

SELECT * FROM (SELECT a FROM t UNION SELECT b FROM u) AS x, (VALUES (1)) AS y, (TABLE v) AS z

(SELECT 1 UNION SELECT 2) INTERSECT (SELECT 3 EXCEPT SELECT 4)

SELECT 1 UNION ALL (SELECT 2 UNION SELECT 3)

WITH a AS (WITH b AS (SELECT 1 AS x) SELECT * FROM b) SELECT * FROM a WHERE x IN (WITH c AS (SELECT 2 AS y) SELECT y FROM c)

SELECT * FROM ((a JOIN b ON a.x = b.x) JOIN (c JOIN d USING (y)) ON a.x = c.x)

SELECT * FROM a JOIN b ON a.x = b.x JOIN c USING (x, y) NATURAL LEFT JOIN d, e CROSS JOIN f

SELECT sum(a) OVER (PARTITION BY b, c ORDER BY d DESC NULLS LAST, e ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING), rank() OVER (ORDER BY a), count(*) OVER () FROM t

SELECT sum(a) OVER (ORDER BY b ROWS BETWEEN CURRENT ROW AND 3 FOLLOWING EXCLUDE TIES), max(a) OVER (ORDER BY b RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND CURRENT ROW) FROM t

SELECT count(DISTINCT a, b), sum(ALL a), string_agg(DISTINCT a, ',' ORDER BY a), sum(a) FILTER (WHERE b) OVER (ORDER BY c), count(*) FILTER (WHERE a > 1 OR b) FROM t

SELECT a, sum(b) FROM t GROUP BY DISTINCT ROLLUP (a, c), CUBE (b, (d, e)), GROUPING SETS ((a), ROLLUP (f, g), ())

SELECT grouping(a), grouping_id(a, b), a, b FROM t GROUP BY CUBE (a, b) HAVING grouping(a) = 0 ORDER BY grouping(a), 2

SELECT a FROM t WHERE a IS UNKNOWN OR a IS NOT UNKNOWN OR a IS NOT TRUE OR a IS FALSE

SELECT CAST(NULL AS ROW(a INT, b ROW(c VARCHAR, d INT ARRAY))), CAST(x AS MAP<VARCHAR, MAP<INT, DOUBLE>>), CAST(y AS INT ARRAY ARRAY), CAST(z AS TIMESTAMP(6) WITH LOCAL TIME ZONE), CAST(v AS TIME(6)), CAST(w AS INTERVAL DAY TO SECOND), CAST(q AS INTERVAL YEAR TO MONTH) FROM t

SELECT json_object('a': 1, 'b': x ABSENT ON NULL), json_array(1, 2 NULL ON NULL), json_value(j, '$.a' RETURNING INT DEFAULT 1 ON EMPTY ERROR ON ERROR), json_arrayagg(a), json_objectagg(k: v) FROM t

SELECT a IS JSON, a IS NOT JSON OBJECT FROM t

SELECT overlay(a PLACING b FROM 1 FOR 2), position('a' IN b), floor(ts TO HOUR), ceil(ts TO DAY), convert_timezone('UTC', ts), ts + INTERVAL '1' DAY * 3, timestampdiff(MONTH, a, b) FROM t

SELECT * FROM t MATCH_RECOGNIZE (PARTITION BY a ORDER BY b MEASURES first(x.c) AS f, last(y.c) AS l ALL ROWS PER MATCH AFTER MATCH SKIP TO NEXT ROW PATTERN (x+ y*? z{1,3}) SUBSET w = (x, y) DEFINE x AS c > 1, y AS c < prev(c, 1)) AS m

SELECT * FROM t PIVOT (sum(a) AS s, count(*) AS c FOR (b, d) IN ((1, 2) AS x, (3, 4) AS y)) AS p

SELECT * FROM t UNPIVOT INCLUDE NULLS ((v, w) FOR (k, l) IN ((a, b) AS ('x', 'y'), (c, d) AS ('z', 'q'))) AS u

SELECT * FROM t FOR SYSTEM_TIME AS OF current_timestamp - INTERVAL '1' DAY AS x JOIN u AT SNAPSHOT 5 AS y ON x.a = y.a

SELECT * FROM read_csv(['a.csv', 'b.csv'], header => FALSE) LIMIT 1

SELECT * FROM read_json('x.json') AS j WHERE j.a > 1

COPY t TO 'out.arrow'

SHOW COLUMNS FROM t AT SNAPSHOT 5

SHOW COLUMNS FROM t AT TIMESTAMP '2024-01-01 00:00:00'

DESCRIBE t AT SNAPSHOT 8333017788700497002

SELECT * FROM t AT "main@abc~1"

SELECT * FROM t AT COMMIT abc123

MERGE BRANCH a INTO "b c"

CREATE TABLE t (a INT DEFAULT 1 + 2, b VARCHAR DEFAULT 'x''y' COMMENT 'it''s', c TIMESTAMP DEFAULT current_timestamp)

CREATE TABLE t (p STRUCT<x DOUBLE NOT NULL, y: DOUBLE> NOT NULL, q MAP<VARCHAR, ROW(a INT, b VARCHAR)>) PARTITIONED BY (p, truncate(10, q)) WITH ("write.delete.mode" = 'copy-on-write', 'format-version' = 3)

CREATE TABLE "my ns"."my table" ("a b" INT, "select" VARCHAR) PARTITIONED BY ("a b", bucket(4, "select"))

CREATE OR REPLACE TABLE t AS SELECT * EXCLUDE (a) FROM u

CREATE VIEW v AS SELECT * FROM a SEMI JOIN b ON a.x = b.x WHERE {'a': 1}.a = 1

CREATE MATERIALIZED VIEW IF NOT EXISTS ns.v AS SELECT a, count(*) FROM t GROUP BY ALL

INSERT INTO t (a, b) VALUES (DEFAULT, {'x': 1}), ([1, 2], MAP {'k': NULL})

INSERT OVERWRITE t (a) VALUES (1)

UPDATE t SET a = DEFAULT, b = (b)[1:2], c = {'x': c.x + 1} WHERE a IS NOT NULL

DELETE FROM t USING u, w WHERE t.a = u.a AND u.b = w.b

UPDATE t SET a = u.a FROM u JOIN w ON u.x = w.x WHERE t.a = u.a

MERGE INTO t USING (VALUES (1, 'a')) AS s (id, v) ON t.id = s.id WHEN MATCHED AND t.v <> s.v THEN UPDATE SET v = s.v, t.w = DEFAULT WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, s.v)

TRUNCATE TABLE IF EXISTS t

REFRESH MATERIALIZED VIEW ns.v AT BRANCH dev

VACUUM t (older_than = TIMESTAMP '2024-01-01 00:00:00')

OPTIMIZE TABLE t

CALL system.expire_snapshots(table => 't', older_than => TIMESTAMP '2024-01-01 00:00:00', retain_last => 1)

CALL system.remove_orphan_files(dry_run => TRUE)

SHOW PROCEDURES

EXPLAIN LOGICAL PIPELINE 'dir'

EXPLAIN (FORMAT JSON) MERGE INTO t USING s ON t.a = s.a WHEN MATCHED THEN DELETE

EXPLAIN UPDATE t SET a = 1 WHERE b IN (SELECT c FROM u)

SET "a.b" = 'c d'

USE "feature/x"

SELECT * FROM (((SELECT 1) UNION SELECT 2) ORDER BY 1 LIMIT 1) AS x JOIN (b JOIN c ON b.x = c.x) ON a.x = b.x

SELECT MAP {k: v, 'a': b}, a[i:j], json_object(k: v, 'x': y), {'x': y, a: b:c} FROM t
