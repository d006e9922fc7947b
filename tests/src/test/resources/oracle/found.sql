-- Queries of tests/differential whose answers were wrong, or refused, made small. Both sides run all.
CREATE TABLE a AS SELECT * FROM (VALUES (1, CAST(2147483647 AS INTEGER), TRUE), (2, 5, FALSE), (3, CAST(NULL AS INTEGER), CAST(NULL AS BOOLEAN))) v(id, k, b);
CREATE TABLE d AS SELECT CAST(0.5 AS DECIMAL(38, 10)) AS o, CAST(7 AS BIGINT) AS w;
-- A remainder was computed in the divisor's type.
SELECT (CAST(k AS BIGINT) + 2) % 1000 FROM a;
-- Of no rows CUBE has one row.
SELECT count(*) FROM a WHERE FALSE GROUP BY CUBE (k);
SELECT * FROM (SELECT count(*) AS c FROM a GROUP BY ROLLUP (b)) t WHERE FALSE;
-- Joins after a semi join.
SELECT a.id FROM a SEMI JOIN a b ON a.id = b.id LEFT JOIN a c ON a.id = c.id;
SELECT a.id FROM a ANTI JOIN a b ON a.id = b.k CROSS JOIN a c;
-- EXISTS below OR was TRUE where there is a correlated sub-query too.
SELECT a.id, (SELECT max(x.b) FROM a x WHERE x.id = a.id) FROM a WHERE (a.b OR EXISTS (SELECT x.id FROM a x WHERE x.k = 6));
SELECT a.id, (SELECT max(x.b) FROM a x WHERE x.id = a.id) FROM a WHERE (a.b OR EXISTS (SELECT x.id FROM a x WHERE x.k = 5));
-- The wrong column beside a correlated sub-query over a projection.
SELECT x0.k, (SELECT max(x3.id) FROM a AS x3 WHERE x3.id = x0.c3) FROM (SELECT x1.k, x1.id + 0 AS c2, CAST(rank() OVER (ORDER BY x1.id) AS INTEGER) AS c3 FROM a AS x1) AS x0;
SELECT array_agg('' ORDER BY x0.id) FROM a x0 WHERE (SELECT bool_or(x2.b) FROM a AS x2 WHERE x2.id = x0.id);
-- Lists and texts of no rows are NULL.
SELECT COALESCE(array_agg(7 ORDER BY id), ARRAY[3]), array_agg(7) IS NULL, string_agg('a', '-') IS NULL, string_agg('a', '-' ORDER BY id) IS NULL FROM a WHERE id > 7;
SELECT string_agg('a', '-' ORDER BY id) FILTER (WHERE id > 7) IS NULL, array_agg(7) FILTER (WHERE id > 7) IS NULL FROM a GROUP BY id;
-- FILTER of aggregates over rows in an order.
SELECT percentile_cont(0.1) WITHIN GROUP (ORDER BY id) FILTER (WHERE b) FROM a;
SELECT string_agg('Hello', '-' ORDER BY id) FILTER (WHERE id > 1) FROM a ORDER BY 1;
-- A function of two overloads, looked up again for ORDER BY.
SELECT GREATEST(CAST(-1 AS BIGINT), w), LEAST(o, 0.25) FROM d ORDER BY 1, 2;
-- Sorts of a union's inputs by a key that is constant there were planned for ever.
(SELECT id FROM a INTERSECT ALL SELECT CAST(-1 AS INTEGER) FROM a) UNION ALL SELECT k FROM a ORDER BY 1 LIMIT 14;
-- The text of a number is that of its type.
SELECT CAST(CAST(id AS DOUBLE) AS VARCHAR), CAST(CAST(abs(5.0) AS DECIMAL(9, 3)) AS VARCHAR) FROM a;
-- Padded NULLs are NULL.
SELECT char_length(lpad(CASE WHEN id > 1 THEN 'a' END, 8, '*')), rpad(CASE WHEN id > 1 THEN 'a' END, 3, '*') IS NULL, lpad(CASE WHEN id > 1 THEN 'a' END, 3, '*') || 'b' FROM a GROUP BY id;
-- NULLs of a column that NOT IN compares too found no partner in a correlated sub-query.
SELECT x.id, CASE WHEN x.k NOT IN (SELECT y.id FROM a y WHERE y.id > 7) THEN (SELECT max(z.id) FROM a z WHERE z.k IS NOT DISTINCT FROM x.k) END FROM a x;
-- The order within an aggregate of a correlated sub-query.
SELECT y.id, (SELECT string_agg(CAST(10 - x.id AS VARCHAR), '-' ORDER BY x.id DESC) FROM a x WHERE x.id >= y.id AND x.b IS DISTINCT FROM y.b) FROM a y;
SELECT y.id, (SELECT string_agg(CAST(x.k AS VARCHAR), '-' ORDER BY x.k DESC) FROM (SELECT id + 5 AS k, 1 AS one FROM a) x WHERE x.one = y.id) FROM a y;
-- A comparison with ALL of a constant took a column of the correlation for it.
SELECT x.id FROM a x WHERE x.k <> ALL (SELECT 5 FROM a y WHERE y.id = x.id);
-- A sub-query in the left side of another was computed once for all rows, or not at all.
SELECT x.id FROM a x WHERE (SELECT max(y.k) FROM a y WHERE y.id = x.id) IN (SELECT z.k FROM a z WHERE z.id = x.id);
SELECT x.id, (SELECT max(y.k) FROM a y WHERE y.id < x.id) = ANY (SELECT z.k FROM a z WHERE z.id <> x.id) FROM a x;
-- NULL is not in no rows.
SELECT x.id, CAST(NULL AS INTEGER) NOT IN (SELECT y.k FROM a y WHERE y.id > x.id + 1), CAST(NULL AS INTEGER) < ALL (SELECT y.k FROM a y WHERE y.id > x.id + 1) FROM a x;
-- Keys twice are grouping sets twice.
SELECT b, count(*) FROM a GROUP BY CUBE (b, b);
SELECT b, id, count(*) FROM a GROUP BY ROLLUP (b, id, b);
SELECT b, count(*) FROM a GROUP BY b, b;
-- A field of a sub-query.
SELECT x.id, (SELECT max(ROW(y.k, 1)) FROM a y WHERE y.id = x.id) IS NULL FROM a x;
-- Of a sub-query that is computed twice, the sub-queries within had lost whose rows they refer to.
SELECT x.id, COALESCE((SELECT y.id FROM a y WHERE y.id = x.id AND (SELECT bool_or(z.b) FROM a z WHERE z.id = y.id)), 7) FROM a x;
-- Rows were distinct where all of their fields are.
SELECT id FROM (SELECT id, ROW(id, b) AS r FROM a) x WHERE x.r IS DISTINCT FROM ROW(1, FALSE);
-- Outer columns named as Calcite names columns of its own were taken for these.
SELECT d, CAST(d AS INTEGER) = ALL (SELECT 5 - 5 * y.id + 5 * y.id FROM a y WHERE y.id > 1 AND y.id <> c), c <> ANY (SELECT y.k FROM a y WHERE y.id >= m) FROM (SELECT id AS c, 5 AS d, id AS m, k AS dd FROM a) x;
-- NULLs that an anti join compares have partners elsewhere.
SELECT x.id, (SELECT min(7) FROM a y WHERE y.k IS NOT DISTINCT FROM x.k) FROM a x ANTI JOIN a z ON x.k = z.id;
-- The same, of sub-queries that refer to two columns of the row.
SELECT x.id, COALESCE((SELECT max(y.id) FROM a y WHERE (SELECT z.id FROM a z WHERE z.id = y.id AND z.k = y.k) > 1), 7) FROM a x;
SELECT x.id FROM a x WHERE x.id > COALESCE((SELECT y.id FROM a y WHERE (SELECT z.id FROM a z WHERE z.id = y.id AND z.k = y.k) = 1), x.k);
-- Lists, maps and rows that branches of a CASE share were NULL.
SELECT id, COALESCE(l, l), CASE WHEN id > 1 THEN l ELSE l END, CASE WHEN k > 5 THEN l END FROM (SELECT id, k, CASE WHEN id > 0 THEN ARRAY[id, k] END AS l FROM a) x;
SELECT id, COALESCE(l, l), CASE WHEN id > 1 THEN l END FROM (SELECT id, array_agg(k) AS l FROM a GROUP BY id) x;
-- EXISTS over the row of no rows that ROLLUP and CUBE have was FALSE.
SELECT x.id, EXISTS (SELECT count(*) FROM a y WHERE y.id = x.id AND FALSE GROUP BY ROLLUP (y.k)) FROM a x;
-- The same row was forgotten where the other branch has one: nothing was sorted, or limited.
SELECT min(id) FROM a UNION SELECT max(x.id) FROM a x WHERE FALSE GROUP BY CUBE (x.k) ORDER BY 1 NULLS FIRST LIMIT 1;
-- The first rows of an input were sorted for ever.
SELECT x0.id, 3 FROM a x0 RIGHT JOIN (SELECT x4.k, count(*) FROM a x3 LEFT JOIN a x4 ON x3.k = x4.id WHERE FALSE GROUP BY ROLLUP (x3.b, x4.k)) x1(c0, c1) ON x0.k = x1.c0 AND x0.id = x1.c0 UNION ALL SELECT id, k FROM a ORDER BY 2, 1 DESC LIMIT 18;
-- What is known of an intersection was asked for in circles.
(SELECT id FROM a INTERSECT ALL SELECT 2 FROM a) INTERSECT SELECT 3 FROM a WHERE FALSE;
(SELECT CAST(id AS VARCHAR) FROM a INTERSECT ALL SELECT 'a' FROM a) INTERSECT SELECT '' FROM a WHERE FALSE;
-- The deviation of one row is NULL, of a constant too.
SELECT id, COALESCE(var_samp(-1), 7), COALESCE(stddev(2), 7), COALESCE(variance(2), 7), COALESCE(stddev_samp(2), 7) FROM a GROUP BY id;
-- The negation of a condition within a CASE dropped the rows where it is unknown.
SELECT id FROM a WHERE CASE WHEN COALESCE(CAST(NULL AS VARCHAR) LIKE 'a', b IS FALSE) THEN FALSE ELSE id > 1 END;
SELECT id, CASE WHEN b IS NULL THEN b ELSE GREATEST(b, id > 1) END, CASE WHEN b IS NULL THEN b ELSE LEAST(b, id > 1) END FROM a;
SELECT id, COALESCE(b, FALSE), NOT COALESCE(b, b), CASE WHEN b THEN FALSE ELSE id > 1 END FROM a;
-- The columns of one <> ANY were taken for those of another comparison beside it.
SELECT x.id FROM a x WHERE CASE WHEN 1 < ALL (SELECT y.k FROM a y WHERE y.id = x.id AND y.id = 3) THEN 2 <> ANY (SELECT 1 FROM a y) ELSE x.b END;
-- Whether an IN is unknown depends on the rows too.
SELECT x.id, (9 IN (SELECT y.k FROM a y)) IS NOT TRUE, (9 IN (SELECT y.k FROM a y)) IS NULL FROM a x WHERE (9 IN (SELECT y.k FROM a y)) IS NOT TRUE;
-- A full join of one row and one may have two.
SELECT DISTINCT 1 FROM (SELECT max(id) AS m FROM a) x FULL JOIN (SELECT min(id) AS m FROM a) y ON x.m = y.m;
-- A constant by which no rows are grouped, below another sub-query's place.
SELECT count(*), count(DISTINCT left('Hello', 1)), bit_and(x.c) FROM (SELECT CAST(NULL AS BIGINT) AS n, 100 AS c, k AS d FROM (SELECT y.k FROM a y WHERE (SELECT z.b FROM a z WHERE z.id = y.k)) z WHERE FALSE) x GROUP BY x.n;
-- A column that equals two outer ones stood for both.
SELECT x.id, x.k, (SELECT count(*) FROM a y WHERE y.id = x.id AND y.id = x.k) FROM a x;
-- A truth value was said never to be NULL beside the condition under which it is not, and then without it.
SELECT id, CASE WHEN COALESCE(b, b) THEN 1 ELSE id END >= 2 FROM a;
SELECT id FROM a WHERE CASE WHEN COALESCE(b, b) THEN 1 ELSE id END >= 2;
SELECT id FROM a WHERE CASE WHEN COALESCE(NULLIF(b, b), b) THEN 1 WHEN COALESCE(b, id > 2, b) THEN 2 ELSE id END >= 2;
-- The type of percentile_cont was asked for where a group by a constant became one of all rows.
SELECT count(*) FROM a x JOIN (SELECT count(*) AS n, percentile_cont(0.2) WITHIN GROUP (ORDER BY y.id) AS p FROM a y GROUP BY CAST(NULL AS DECIMAL(10, 2))) z ON x.id = z.n;
-- A conjunction within one, which only assertions minded.
SELECT id FROM a WHERE GREATEST(LEAST(id < 9, id > 0 AND id > 1), id > 2 OR id < 1);
-- Two columns of one name beside ORDER BY 2 of a set operation.
SELECT x.id, y.id FROM a x, a y UNION SELECT 1, 2 FROM a ORDER BY 2, 1 DESC LIMIT 4;
(SELECT id, k AS ID FROM a UNION ALL SELECT 1, 2) EXCEPT SELECT 3, 4 ORDER BY 2 NULLS FIRST, 1 LIMIT 2;
-- What a window of SELECT DISTINCT reads was taken for a sort key that is no item.
SELECT DISTINCT b, row_number() OVER (ORDER BY id) FROM a ORDER BY 2 DESC, 1 LIMIT 2;
SELECT DISTINCT b, lag(k) OVER w AS l FROM a WINDOW w AS (ORDER BY id) ORDER BY l DESC, b LIMIT 2;
-- A column that one sub-query compares was taken for never NULL in the next one.
SELECT x.id, CASE WHEN x.k NOT IN (SELECT y.k FROM a y WHERE y.id = x.k) THEN 1 ELSE 2 END, (SELECT max(z.id) FROM a z WHERE z.k IS NOT DISTINCT FROM x.k) FROM a x;
-- Columns that only a sub-query beside an UNNEST reads were asked for by places that were gone.
SELECT x.k, u.v, (CASE WHEN (SELECT bool_or(y.b) FROM a y WHERE y.id = x.k + 0.5 AND y.k + 0.25 = x.id) THEN x.id ELSE x.k END) FROM a x CROSS JOIN UNNEST(ARRAY[x.id, 3]) AS u(v);
-- A list that can be NULL was taken for one that cannot where only its elements cannot.
SELECT array_agg('a' ORDER BY id) FROM a INTERSECT SELECT ARRAY[CAST(k AS VARCHAR), 'b'] FROM a;
SELECT ARRAY[CAST(k AS VARCHAR), 'a'] FROM a EXCEPT SELECT array_agg('a') FROM a GROUP BY k;
-- Two columns of one name below a star.
SELECT * FROM (SELECT id, id FROM a);
SELECT id, id_1 FROM (SELECT x.id, y.id FROM a x JOIN a y ON x.id < y.id) z WHERE id_1 > 2;
WITH w AS (SELECT id, k AS ID FROM a UNION ALL SELECT 1, 2) SELECT * FROM w WHERE id_1 > 1;
-- A constant interval beside one of other units that is NULL.
SELECT x.id FROM a x JOIN a y ON x.id = y.id AND (CASE WHEN CAST(NULL AS BOOLEAN) THEN INTERVAL '51' DAY ELSE CAST(NULL AS INTERVAL DAY TO SECOND) END > INTERVAL '457' DAY);
