-- Habits of people who come from DuckDB. These run on DuckDB too, which has to give the same rows;
-- statements after a line "-- ours" are left out there.

FROM customers SELECT name WHERE country = 'US' ORDER BY ALL;
=> Bob
=> Cid

FROM monthly ORDER BY rep LIMIT 1;
=> ann|100|75|NULL

SELECT country, status, sum(amount) AS total FROM customers c JOIN orders o ON c.id = o.customer_id GROUP BY ALL ORDER BY ALL;
=> GB|paid|200.50
=> US|open|35.25
=> US|paid|64.75
=> US|void|500.00

SELECT * EXCLUDE (tags, signup) REPLACE (lower(name) AS name) FROM customers WHERE id = 1;
=> 1|ada|GB

SELECT COLUMNS('^(jan|feb)$') FROM monthly ORDER BY ALL;
=> 70|NULL
=> 100|75

SELECT min(COLUMNS(* EXCLUDE rep)) FROM monthly;
=> 70|75|5

SELECT COLUMNS(c -> c LIKE 'j%') FROM monthly ORDER BY 1;
=> 70
=> 100

SELECT * LIKE '%a%' FROM monthly ORDER BY jan DESC LIMIT 1;
=> 100|NULL

-- Nested values.
SELECT {'a': 1, 'b': 'x'} AS s, s.a, s['b'];
=> {a: 1, b: 'x'}|1|x

SELECT [1, 2, 3] AS l, l[1], l[-1], l[2:3], len(l), list_sum(l);
=> [1, 2, 3]|1|3|[2, 3]|3|6

SELECT MAP {'k': 1, 'j': 2} AS m, m['k'], map_keys(m), cardinality(m);
=> {k: 1, j: 2}|1|['k', 'j']|2

SELECT [x * 2 FOR x IN [1, 2, 3] IF x > 1];
=> [4, 6]

SELECT [x + 1 FOR x IN [1, 2]] AS l;
=> [2, 3]

SELECT list_transform([1, 2, 3], lambda x : x + 1), list_filter([1, 2, 3], lambda x : x % 2 = 1), list_reduce([1, 2, 3], lambda a, b : a + b);
=> [2, 3, 4]|[1, 3]|6

SELECT list_transform([1, 2, 3], x -> x + 1), list_filter(['a', 'bb'], x -> length(x) > 1);
=> [2, 3, 4]|['bb']

SELECT list_contains([1, 2], 2), list_sort([3, 1, 2]), list_distinct([1, 1]), list_concat([1], [2]), array_to_string(['a', 'b'], '-'), list_has_any([1, 2], [2, 3]), flatten([[1], [2]]);
=> true|[1, 2, 3]|[1]|[1, 2]|a-b|true|[1, 2]

SELECT unnest([1, 2, 3]) AS x ORDER BY x DESC;
=> 3
=> 2
=> 1

SELECT name, unnest(tags) AS tag FROM customers ORDER BY ALL;
=> Ada|new
=> Ada|vip
=> Bob|new

SELECT struct_pack(a := 1, b := 2).b, struct_extract({'a': 7}, 'a'), row(1, 2)[1];
=> 2|7|1

SELECT list_zip([1, 2], ['a', 'b'])[1][2], list_aggregate([1, 2, 3], 'sum'), list_slice([1, 2, 3], 1, 2), list_reverse([1, 2]);
=> a|6|[1, 2]|[2, 1]

-- Generators.
SELECT * FROM range(3);
=> 0
=> 1
=> 2

SELECT sum(i) FROM generate_series(1, 10) AS t(i);
=> 55

SELECT range(1, 4), generate_series(1, 3);
=> [1, 2, 3]|[1, 2, 3]

SELECT d::DATE AS d FROM generate_series(DATE '2024-01-30', DATE '2024-02-01', INTERVAL 1 DAY) AS t(d) ORDER BY d;
=> 2024-01-30
=> 2024-01-31
=> 2024-02-01

SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(i, s) ORDER BY i DESC;
=> 2|b
=> 1|a

-- Pivots and time.
PIVOT sales ON month IN ('JAN', 'FEB') USING sum(amount) GROUP BY rep ORDER BY rep;
=> ann|100|75
=> ben|70|NULL

-- ours
PIVOT sales ON month USING sum(amount) GROUP BY rep ORDER BY rep;
!! NOT_SUPPORTED

UNPIVOT monthly ON jan, feb, mar INTO NAME month VALUE amount ORDER BY rep, month;
=> ann|feb|75
=> ann|jan|100
=> ben|jan|70
=> ben|mar|5

-- ours
UNPIVOT monthly ON COLUMNS(* EXCLUDE rep) INTO NAME month VALUE amount ORDER BY rep, month LIMIT 1;
!! NOT_SUPPORTED

SELECT * FROM sales PIVOT (sum(amount) FOR month IN ('JAN', 'FEB') GROUP BY rep) ORDER BY rep;
=> ann|100|75
=> ben|70|NULL

SELECT t.sym, qty, bid FROM trades t ASOF JOIN quotes q ON t.sym = q.sym AND t.ts >= q.ts ORDER BY 1, 2;
=> A|10|1.0
=> A|20|1.5

SELECT t.sym, qty, bid FROM trades t ASOF LEFT JOIN quotes q ON t.sym = q.sym AND t.ts >= q.ts ORDER BY 1, 2;
=> A|10|1.0
=> A|20|1.5
=> B|30|NULL

-- ours
SELECT trades.sym FROM trades POSITIONAL JOIN quotes ORDER BY 1;
!! NOT_SUPPORTED

SELECT name FROM customers SEMI JOIN orders ON customers.id = orders.customer_id AND amount > 100 ORDER BY 1;
=> Ada
=> Cid

SELECT name FROM customers ANTI JOIN orders ON customers.id = orders.customer_id;
=> Dee

-- Aggregates.
SELECT arg_max(id, amount), arg_min(id, amount), first(id ORDER BY id), last(id ORDER BY id), count_if(status = 'paid'), mode(status) FROM orders;
=> 14|15|10|15|3|paid

SELECT string_agg(name, ',' ORDER BY id DESC), list(id ORDER BY id), array_agg(id ORDER BY id)[1:2], quantile_cont(id, 0.5), median(id), approx_count_distinct(country) FROM customers;
=> Dee,Cid,Bob,Ada|[1, 2, 3, 4]|[1, 2]|2.5|2.5|3

SELECT max(id, 2), min_by(name, id), bool_and(id > 0), product(id), histogram(country) FROM customers;
=> [4, 3]|Ada|true|24.0|{FR: 1, GB: 1, US: 2}

SELECT id, sum(amount) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) AS s FROM orders QUALIFY row_number() OVER (ORDER BY id) <= 2 ORDER BY id;
=> 10|NULL
=> 11|120.50

SELECT count() FROM orders;
=> 6

SELECT sum(amount) FILTER (status = 'paid') AS paid FROM orders;
=> 265.25

-- Dates and texts.
SELECT date_trunc('month', ordered) AS m, date_part('year', ordered), strftime(ordered, '%d/%m/%Y'), dayname(ordered), ordered::DATE FROM orders WHERE id = 13;
=> 2024-02-01 00:00:00|2024|03/02/2024|Saturday|2024-02-03

-- ours
SELECT DATE '2024-01-31' + INTERVAL 1 MONTH, DATE '2024-03-01' - DATE '2024-02-01', date_diff('month', DATE '2024-01-31', DATE '2024-02-01'), date_sub('month', DATE '2024-01-31', DATE '2024-02-01'), DATE '2024-01-01' + 5;
=> 2024-02-29|29|1|0|2024-01-06

SELECT strptime('2024-05-06', '%Y-%m-%d'), make_date(2024, 5, 6), epoch_ms(0), last_day(DATE '2024-02-01'), extract('week' FROM DATE '2024-01-08'), time_bucket(INTERVAL '2 days', DATE '2024-01-04');
=> 2024-05-06 00:00:00|2024-05-06|1970-01-01 00:00:00|2024-02-29|2|2024-01-03

SELECT INTERVAL '1 day 2 hours', to_days(2), age(TIMESTAMP '2024-01-03', TIMESTAMP '2024-01-01'), TIMESTAMP '2024-01-01 10:00:00' - TIMESTAMP '2024-01-01 09:00:00';
=> 1 day 02:00:00|2 days 00:00:00|2 days 00:00:00|01:00:00

SELECT 'abc'[1:2], 'duck' LIKE 'd%', 'duck' ~ 'd.ck', 'duck' SIMILAR TO '(duck|dog)', 'a' || 1, lower('DuckDB'), format('{}-{}', 1, 'x'), printf('%02d', 7);
=> ab|true|true|true|a1|duckdb|1-x|07

SELECT regexp_matches('abc', 'b'), regexp_replace('abab', 'b', 'x', 'g'), regexp_extract('a12', '[0-9]+'), regexp_extract_all('a1b2', '[0-9]'), string_split('a b', ' '), split_part('a b', ' ', 2), trim('  x '), concat_ws('-', 'a', NULL, 'b'), contains('abc', 'b');
=> true|axax|12|['1', '2']|['a', 'b']|b|x|a-b|true

SELECT body->>'name', body->'langs'->>0, json_extract_string(body, '$.addr.city'), (body->'addr'->>'zip')::INT, json_array_length(body, '$.langs'), json_valid(body) FROM docs WHERE id = 1;
=> Ada|en|London|7|2|true

SELECT 7 / 2, 2 ** 3, 5 % 3, 1_000, 0xff, 5::VARCHAR || 'x', TRY_CAST('z' AS INT), ifnull(NULL, 2), if(true, 1, 2), 10 BETWEEN 1 AND 20;
=> 3|8.0|2|1000|255|5x|NULL|2|1|true

SELECT CASE WHEN 1 IN (1, 2) THEN 'in' END, 1 IS DISTINCT FROM NULL, greatest(1, 2), typeof('x'), coalesce(NULL, 5), CAST('2024-01-01' AS TIMESTAMP), hash(1) = hash(1), bit_count(7);
=> in|true|2|VARCHAR|5|2024-01-01 00:00:00|true|3

SELECT amount AS a, a * 2 AS twice FROM orders WHERE a > 100 ORDER BY twice;
=> 120.50|241.00
=> 500.00|1000.00

SELECT 1 AS x, 2 AS y UNION ALL BY NAME SELECT 4 AS y, 3 AS x ORDER BY x;
=> 1|2
=> 3|4

SELECT 1 AS x UNION ALL BY NAME SELECT 2 AS x, 9 AS z ORDER BY x;
=> 1|NULL
=> 2|9

WITH t AS MATERIALIZED (SELECT 1 AS a) SELECT a FROM t;
=> 1

SELECT count(*) <= 6 FROM orders USING SAMPLE 50%;
=> true

SELECT count(*) FROM orders USING SAMPLE 3 ROWS;
=> 3

SELECT DISTINCT ON (customer_id) customer_id, id FROM orders WHERE customer_id IS NOT NULL ORDER BY customer_id, amount DESC;
=> 1|10
=> 2|13
=> 3|14

-- Statements.
CREATE TABLE dd_t AS FROM customers SELECT id, name;

-- ours
CREATE OR REPLACE TABLE dd_u (i INTEGER PRIMARY KEY, s VARCHAR DEFAULT 'x', CHECK (i > 0));
!! NOT_SUPPORTED

INSERT INTO dd_t BY NAME SELECT 'Eve' AS name, 5 AS id;

-- ours
INSERT INTO dd_t VALUES (6, 'Fay') RETURNING id;
!! NOT_SUPPORTED

UPDATE dd_t SET name = upper(name) WHERE id > 4;

SELECT name FROM dd_t WHERE id > 4;
=> EVE

DELETE FROM dd_t WHERE id = 5;

SUMMARIZE dd_t;
=> *

DESCRIBE dd_t;
=> *

SHOW TABLES;
=> *

DESCRIBE SELECT 1 AS a, 'x' AS b;
=> *

CREATE OR REPLACE VIEW dd_v AS SELECT id FROM dd_t;

ALTER TABLE dd_t ADD COLUMN extra INTEGER;

ALTER TABLE dd_t DROP extra;

-- ours
CREATE MACRO add1(x) AS x + 1;
!! NOT_SUPPORTED

-- ours
PRAGMA table_info('dd_t');
!! NOT_SUPPORTED

DROP VIEW dd_v;

DROP TABLE dd_t;
