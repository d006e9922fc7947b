-- What people of any engine type: the standard, PostgreSQL's and Spark's ways.

SELECT 1 AS "Quoted Name", 'it''s', E'tab\tbed', $$dollar$$;
=> 1|it's|tab	bed|dollar

SELECT count(*) FROM customers c LEFT OUTER JOIN orders o ON c.id = o.customer_id WHERE o.id IS NULL;
=> 1

SELECT name FROM customers NATURAL JOIN (VALUES (1), (2)) AS t (id) ORDER BY 1;
=> Ada
=> Bob

SELECT name FROM customers WHERE country IN ('GB', 'FR',) ORDER BY 1;
=> Ada
=> Dee

SELECT name, CASE WHEN signup < '2024-01-01' THEN 'old' ELSE 'new' END AS age, FROM customers ORDER BY id LIMIT 1;
=> Ada|old

SELECT country, count(*) n FROM customers GROUP BY country HAVING n > 1;
=> US|2

SELECT extract(year FROM signup) AS y, count(*) FROM customers GROUP BY y ORDER BY y;
=> 2023|2
=> 2024|2

SELECT now() > TIMESTAMP '2020-01-01 00:00:00', current_date > '2020-01-01', CURRENT_TIMESTAMP() IS NOT NULL, getdate() IS NOT NULL;
=> true|true|true|true

SELECT substring('abcdef' FROM 2 FOR 3), position('c' IN 'abc'), overlay('abc' PLACING 'X' FROM 2), trim(BOTH 'x' FROM 'xax'), char_length('é');
=> bcd|3|aXc|a|1

SELECT to_char(1234.5, '9999.99'), to_char(DATE '2024-01-02', 'Mon DD, YYYY');
=> *

SELECT array_agg(DISTINCT country ORDER BY country) FROM customers;
=> ['FR', 'GB', 'US']

SELECT name FROM customers WHERE 'vip' = ANY (tags);
=> Ada

SELECT name FROM customers WHERE id = ANY (SELECT customer_id FROM orders WHERE amount > 100) ORDER BY 1;
=> Ada
=> Cid

SELECT name FROM customers WHERE (id, country) IN ((1, 'GB'), (2, 'FR'));
=> Ada

SELECT explode(tags) AS tag FROM customers ORDER BY 1;
=> new
=> new
=> vip

SELECT id FROM orders ORDER BY amount DESC NULLS LAST LIMIT 1 OFFSET 1;
=> 10

SELECT id FROM orders LIMIT 2, 1;
=> *

SELECT customer_id, amount, amount - avg(amount) OVER (PARTITION BY customer_id) FROM orders WHERE customer_id = 1 ORDER BY id;
=> 1|120.50|20.250000
=> 1|80.00|-20.250000

SELECT percent_rank() OVER (ORDER BY id), cume_dist() OVER (ORDER BY id) FROM orders ORDER BY id LIMIT 1;
=> 0.0|0.16666666666666666

SELECT sum(amount) OVER (ORDER BY ordered RANGE BETWEEN INTERVAL '20' DAY PRECEDING AND CURRENT ROW) FROM orders ORDER BY id LIMIT 3;
=> 120.50
=> 200.50
=> 115.25

SELECT nme FROM customers;
!= COLUMN_NOT_FOUND

SELECT uper(name) FROM customers;
!= FUNCTION_NOT_FOUND

SELECT * FROM customer;
!= TABLE_NOT_FOUND

SELECT 1 / 0;
!= DIVISION_BY_ZERO

SELECT CAST('abc' AS INTEGER);
!= INVALID_CAST

COPY (SELECT id, name FROM customers ORDER BY id) TO '${dir}/customers.parquet' (FORMAT PARQUET);

COPY (SELECT id, name FROM customers ORDER BY id) TO '${dir}/customers.csv' WITH (FORMAT CSV, HEADER);

SELECT count(*) FROM '${dir}/customers.parquet';
=> 4

SELECT name FROM read_csv('${dir}/customers.csv') WHERE id = 2;
=> Bob

SELECT count(*) FROM read_parquet('${dir}/*.parquet');
=> 4

CREATE TABLE mx_copy (id INTEGER, name VARCHAR);

COPY INTO mx_copy FROM '${dir}/customers.parquet' FILE_FORMAT = (TYPE = PARQUET);

COPY INTO mx_copy FROM '${dir}/customers.csv' FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1);

SELECT count(*), count(DISTINCT name) FROM mx_copy;
=> 8|4

INSERT INTO mx_copy (name, id) VALUES ('Zed', 26), ('Yan', 25);

CREATE TABLE mx_part (id INTEGER, day DATE) PARTITIONED BY (month(day));

INSERT INTO mx_part SELECT id, signup FROM customers;

SELECT count(*) FROM mx_part WHERE day < '2024-01-01';
=> 2

CREATE TABLE mx_like (LIKE mx_part);

SELECT count(*) FROM mx_like;
=> 0

SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'mx_part' ORDER BY ordinal_position;
=> id|INTEGER
=> day|DATE

SELECT table_schema, table_name FROM information_schema.tables WHERE table_name LIKE 'mx\_p%' ESCAPE '\';
=> bauplan|mx_part

SET timezone = 'UTC';

SHOW timezone;
=> *

SELECT current_user IS NOT NULL, current_schema(), version() IS NOT NULL;
=> *

COMMIT;
!! *

TRUNCATE TABLE mx_copy;

DROP TABLE mx_copy;

DROP TABLE IF EXISTS mx_nothing;
