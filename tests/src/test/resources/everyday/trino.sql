-- Habits of people who come from Trino and Presto.

-- Lambdas and collections.
SELECT transform(ARRAY[1, 2, 3], x -> x * x), filter(ARRAY[5, -6, NULL, 7], x -> x > 0), reduce(ARRAY[5, 20, 50], 0, (s, x) -> s + x, s -> s);
=> [1, 4, 9]|[5, 7]|75

SELECT any_match(ARRAY[1, 2], x -> x > 1), all_match(ARRAY[1, 2], x -> x > 1), none_match(ARRAY[1, 2], x -> x > 5);
=> true|false|true

SELECT zip_with(ARRAY[1, 3], ARRAY[10, 20], (x, y) -> x + y), transform_values(MAP(ARRAY['a'], ARRAY[1]), (k, v) -> v + 1), map_filter(MAP(ARRAY['a', 'b'], ARRAY[1, 2]), (k, v) -> v > 1);
=> [11, 23]|{a: 2}|{b: 2}

SELECT array_sort(ARRAY[3, 1, 2]), array_distinct(ARRAY[1, 1, 2]), array_max(ARRAY[1, 5]), array_position(ARRAY['a', 'b'], 'b'), contains(ARRAY[1, 2], 2), cardinality(ARRAY[1, 2]);
=> [1, 2, 3]|[1, 2]|5|2|true|2

SELECT element_at(ARRAY[1, 2], -1), slice(ARRAY[1, 2, 3], 2, 2), flatten(ARRAY[ARRAY[1], ARRAY[2]]), sequence(1, 5, 2), ARRAY[1] || ARRAY[2], array_join(ARRAY['a', 'b'], ','), repeat('x', 2);
=> 2|[2, 3]|[1, 2]|[1, 3, 5]|[1, 2]|a,b|xx

SELECT map_keys(m), map_values(m), m['b'], element_at(m, 'zz') FROM (VALUES MAP(ARRAY['a', 'b'], ARRAY[1, 2])) AS t(m);
=> ['a', 'b']|[1, 2]|2|NULL

SELECT CAST(ROW(1, 'x') AS ROW(a INTEGER, b VARCHAR)).b;
=> x

SELECT n, tag FROM (SELECT name AS n, tags FROM customers) CROSS JOIN UNNEST(tags) AS u (tag) ORDER BY 1, 2;
=> Ada|new
=> Ada|vip
=> Bob|new

SELECT tag, pos FROM UNNEST(ARRAY['x', 'y']) WITH ORDINALITY AS t (tag, pos);
=> x|1
=> y|2

SELECT k, v FROM UNNEST(MAP(ARRAY['a', 'b'], ARRAY[1, 2])) AS t (k, v) ORDER BY k;
=> a|1
=> b|2

SELECT name, tag FROM customers LEFT JOIN UNNEST(tags) AS u (tag) ON TRUE WHERE id >= 2 ORDER BY 1;
=> Bob|new
=> Cid|NULL
=> Dee|NULL

-- Aggregates.
SELECT approx_distinct(status), approx_percentile(id, 0.5), count_if(id > 12), max_by(id, amount), arbitrary(1), bool_or(id > 14) FROM orders;
=> 3|12.5|3|14|1|true

SELECT max_by(id, amount, 2), min(id, 2) FROM orders;
=> [14, 10]|[10, 11]

SELECT array_agg(id ORDER BY id DESC) FILTER (WHERE status = 'open'), map_agg(status, 1), histogram(status) FROM orders WHERE status = 'open';
=> [15, 12]|{open: 1}|{open: 2}

SELECT listagg(name, ',') WITHIN GROUP (ORDER BY id), count(DISTINCT country) FROM customers;
=> Ada,Bob,Cid,Dee|3

SELECT country, status, count(*) FROM customers c JOIN orders o ON c.id = o.customer_id GROUP BY GROUPING SETS ((country), (status)) ORDER BY 1, 2;
=> GB|NULL|2
=> US|NULL|3
=> NULL|open|1
=> NULL|paid|3
=> NULL|void|1

SELECT corr(id, amount) IS NOT NULL, stddev(id) > 0, round(var_pop(id), 9), round(skewness(id), 9), kurtosis(id) IS NULL FROM orders WHERE status = 'paid';
=> true|true|1.555555556|0.935219530|true

SELECT multimap_agg(country, name) FROM customers WHERE country = 'US';
=> {US: ['Bob', 'Cid']}

-- Dates.
SELECT date_diff('day', DATE '2024-01-01', DATE '2024-03-01'), date_add('month', 1, DATE '2024-01-31'), date_trunc('week', DATE '2024-01-05');
=> 60|2024-02-29|2024-01-01

SELECT day_of_week(DATE '2024-01-07'), day_of_year(DATE '2024-02-01'), week(DATE '2024-01-07'), year_of_week(DATE '2023-01-01'), quarter(DATE '2024-05-01'), last_day_of_month(DATE '2024-02-01');
=> 7|32|1|2022|2|2024-02-29

SELECT from_unixtime(0), to_unixtime(TIMESTAMP '1970-01-01 00:01:00'), from_iso8601_date('2024-05-06'), date_format(TIMESTAMP '2024-01-02 03:04:05', '%Y/%m/%d %H:%i:%s'), date_parse('2024-01-02', '%Y-%m-%d');
=> 1970-01-01 00:00:00|60.0|2024-05-06|2024/01/02 03:04:05|2024-01-02 00:00:00

SELECT TIMESTAMP '2024-01-01 12:00:00' AT TIME ZONE 'Europe/Paris', at_timezone(TIMESTAMP '2024-01-01 12:00:00 UTC', 'Asia/Tokyo');
=> 2024-01-01 11:00:00+00:00|2024-01-01 21:00:00

SELECT DATE '2024-01-31' + INTERVAL '1' MONTH, TIMESTAMP '2024-01-01 00:00:00' - INTERVAL '2' DAY, INTERVAL '3' HOUR, format_datetime(TIMESTAMP '2024-01-02 03:04:05', 'yyyy-MM-dd');
=> 2024-02-29|2023-12-30 00:00:00|03:00:00|2024-01-02

SELECT extract(YEAR FROM ordered), month(ordered), hour(ordered), date(ordered) FROM orders WHERE id = 13;
=> 2024|2|23|2024-02-03

-- Texts, expressions, JSON.
SELECT regexp_extract('1a 2b', '(\d)([a-z])', 2), regexp_extract_all('1a 2b', '\d'), regexp_replace('1a 2b', '\d', ''), regexp_like('abc', 'b'), regexp_split('a1b', '\d'), regexp_count('1a 2b', '\d');
=> a|['1', '2']|a b|true|['a', 'b']|2

SELECT split('a.b', '.'), split_part('a.b', '.', 1), strpos('trino', 'i'), reverse('abc'), starts_with('trino', 'tr'), levenshtein_distance('kitten', 'sitting'), codepoint('a'), chr(97), translate('abc', 'a', 'x');
=> ['a', 'b']|a|3|cba|true|3|97|a|xbc

SELECT concat_ws(',', 'a', NULL, 'b'), 'a' || 'b', lpad('1', 3, '0'), format('%s-%d', 'x', 5), normalize('a');
=> a,b|ab|001|x-5|a

SELECT format('%.2f', 1.5), split_to_map('a=1,b=2', ',', '=');
=> 1.50|{a: '1', b: '2'}

SELECT json_extract_scalar(body, '$.addr.city'), json_extract(body, '$.langs'), json_array_length(json_extract(body, '$.langs')), json_value(body, 'lax $.name'), json_exists(body, 'lax $.addr') FROM docs ORDER BY id;
=> London|["en","fr"]|2|Ada|true
=> NULL|[]|0|Bob|false

SELECT json_parse('{"a": 1}'), json_format(JSON '[1]'), json_array_contains('[1, 2]', 2), json_object('a': 1), json_array(1, 2), to_json(MAP(ARRAY['k'], ARRAY[1]));
=> {"a":1}|[1]|true|{"a":1}|[1,2]|{"k":1}

SELECT try(1 / 0), try_cast('a' AS BIGINT), if(1 > 0, 'y', 'n'), coalesce(NULL, 1), nullif(1, 2), typeof(1), greatest(1, 2);
=> NULL|NULL|y|1|1|INTEGER|2

SELECT url_extract_host('https://a.org:8080/p?q=1'), url_extract_port('https://a.org:8080/p?q=1'), url_extract_parameter('https://a.org/p?q=1', 'q'), to_hex(md5(to_utf8('a'))), from_base('ff', 16), to_base(255, 16), bitwise_and(6, 3), width_bucket(5, 0, 10, 5);
=> a.org|8080|1|0CC175B9C0F1B6A831C399E269772661|255|ff|2|3

SELECT 5 / 2, 5 % 3, 1e3, DECIMAL '1.50', X'ff', U&'\0041', truncate(2.7), round(2.567, 2), is_nan(nan()), infinity() > 1;
=> 2|2|1000.0|1.50|0xff|A|2.0|2.570|true|true

-- Tables.
SELECT a, b FROM (VALUES (1, 'x'), (2, 'y')) AS t (a, b) WHERE a IN (SELECT 2);
=> 2|y

TABLE monthly ORDER BY rep LIMIT 1;
=> ann|100|75|NULL

SELECT id FROM orders ORDER BY amount DESC OFFSET 1 ROW FETCH FIRST 1 ROW WITH TIES;
=> 10

SELECT id, rank() OVER w, nth_value(id, 2) OVER w, ntile(2) OVER w, first_value(customer_id) IGNORE NULLS OVER w FROM orders WINDOW w AS (ORDER BY id DESC) ORDER BY id DESC LIMIT 2;
=> 15|1|NULL|1|NULL
=> 14|2|14|1|3

WITH RECURSIVE t (n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM t WHERE n < 4) SELECT sum(n) FROM t;
=> 10

SELECT * FROM TABLE(sequence(start => 1, stop => 3));
=> 1
=> 2
=> 3

SELECT * FROM UNNEST(sequence(DATE '2024-01-01', DATE '2024-01-03', INTERVAL '1' DAY)) AS t (d);
=> 2024-01-01
=> 2024-01-02
=> 2024-01-03

SELECT count(*) <= 6 FROM orders TABLESAMPLE BERNOULLI (50);
=> true

SELECT rep, m FROM sales MATCH_RECOGNIZE (PARTITION BY rep ORDER BY amount MEASURES A.amount AS m ONE ROW PER MATCH PATTERN (A) DEFINE A AS amount > 60);
!! NOT_SUPPORTED

SELECT c.name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.amount > 100) ORDER BY 1;
=> Ada
=> Cid

SELECT name, s.total FROM customers c CROSS JOIN LATERAL (SELECT sum(amount) AS total FROM orders o WHERE o.customer_id = c.id) s WHERE s.total IS NOT NULL ORDER BY 1;
=> Ada|200.50
=> Bob|100.00
=> Cid|500.00

-- Statements.
CREATE TABLE tr_orders (id BIGINT, day DATE, v DOUBLE) WITH (format = 'PARQUET', partitioning = ARRAY['month(day)']);

INSERT INTO tr_orders SELECT id, CAST(ordered AS DATE), CAST(amount AS DOUBLE) FROM orders;

CREATE TABLE IF NOT EXISTS tr_orders (id BIGINT);

SELECT count(*), min(day) FROM tr_orders WHERE day >= DATE '2024-02-01';
=> 4|2024-02-03

ALTER TABLE tr_orders ADD COLUMN note VARCHAR;

ALTER TABLE tr_orders RENAME COLUMN note TO remark;

COMMENT ON TABLE tr_orders IS 'orders by month';

DELETE FROM tr_orders WHERE id = 10;

SELECT count(*) FROM tr_orders FOR TIMESTAMP AS OF TIMESTAMP '2000-01-01 00:00:00';
!= COMMIT_NOT_FOUND

SHOW CREATE TABLE tr_orders;
=> *

SHOW COLUMNS FROM tr_orders;
=> *

SHOW STATS FOR tr_orders;
=> *

DESCRIBE tr_orders;
=> *

SELECT table_name FROM information_schema.tables WHERE table_name = 'tr_orders';
=> tr_orders

CREATE SCHEMA IF NOT EXISTS tr_schema;

SHOW FUNCTIONS LIKE 'date%';
=> *

EXPLAIN SELECT * FROM tr_orders WHERE id = 1;
=> *

EXPLAIN ANALYZE SELECT count(*) FROM tr_orders;
=> *

DROP TABLE tr_orders;
