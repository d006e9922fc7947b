COPY (SELECT i AS l_key, i / 4 AS l_order, i % 2000 AS l_part, CAST(i * 7 % 100 AS INTEGER) AS l_supp,
  CAST(1 + i * 13 % 50 AS DECIMAL(15, 2)) AS l_quantity, CAST(900 + i * 31 % 9000 AS DECIMAL(15, 2)) AS l_price,
  CAST(i % 11 AS DECIMAL(15, 2)) / 100 AS l_discount, CAST(i * 0.37 AS DOUBLE) AS l_weight,
  CASE WHEN i % 7 = 0 THEN NULL ELSE i % 5 END AS l_some,
  CASE i * 5 % 3 WHEN 0 THEN 'A' WHEN 1 THEN 'N' ELSE 'R' END AS l_flag,
  CASE i % 4 WHEN 0 THEN 'MAIL' WHEN 1 THEN 'SHIP' WHEN 2 THEN 'AIR' ELSE 'RAIL' END AS l_mode,
  DATE '1992-01-01' + CAST(i * 17 % 2500 AS INTEGER) AS l_ship,
  DATE '1992-01-15' + CAST(i * 19 % 2500 AS INTEGER) AS l_commit,
  'the ' || CAST(i * 7919 % 9973 AS VARCHAR) || ' packages wake above the theodolites' AS l_comment
  FROM UNNEST(SEQUENCE(1, 100000)) AS t(i)) TO '{folder}/lines.parquet';
COPY (SELECT i AS o_key, i * 3 % 1500 AS o_customer, CAST(i * 97 % 100000 AS DECIMAL(15, 2)) AS o_total,
  DATE '1992-01-01' + CAST(i * 23 % 2400 AS INTEGER) AS o_date,
  CASE i % 5 WHEN 0 THEN '1-URGENT' WHEN 1 THEN '2-HIGH' ELSE '5-LOW' END AS o_priority,
  'Clerk#' || CAST(i % 1000 AS VARCHAR) AS o_clerk
  FROM UNNEST(SEQUENCE(0, 25000)) AS t(i)) TO '{folder}/orders.parquet';
COPY (SELECT i AS c_key, 'Customer#' || CAST(i AS VARCHAR) AS c_name, CAST(i % 25 AS INTEGER) AS c_nation,
  CASE i % 5 WHEN 0 THEN 'BUILDING' WHEN 1 THEN 'MACHINERY' ELSE 'FURNITURE' END AS c_segment
  FROM UNNEST(SEQUENCE(0, 1500)) AS t(i)) TO '{folder}/customers.parquet';
SELECT l_flag, l_mode, SUM(l_quantity), SUM(l_price), SUM(l_price * (1 - l_discount)), SUM(l_price * (1 - l_discount) * (1 + l_discount)),
  AVG(l_quantity), AVG(l_price), COUNT(*) FROM {lines} AS lines WHERE l_ship <= DATE '1998-09-02' GROUP BY l_flag, l_mode ORDER BY l_flag, l_mode;
SELECT SUM(l_price * l_discount) FROM {lines} AS lines WHERE l_ship >= DATE '1994-01-01' AND l_ship < DATE '1995-01-01'
  AND l_discount BETWEEN 0.05 AND 0.07 AND l_quantity < 24;
SELECT l_order, SUM(l_price * (1 - l_discount)) AS revenue, o_date FROM {customers} AS customers, {orders} AS orders, {lines} AS lines
  WHERE c_segment = 'BUILDING' AND c_key = o_customer AND l_order = o_key AND o_date < DATE '1995-03-15' AND l_ship > DATE '1995-03-15'
  GROUP BY l_order, o_date ORDER BY revenue DESC, o_date LIMIT 10;
SELECT o_priority, COUNT(*) FROM {orders} AS orders WHERE o_date >= DATE '1993-07-01' AND EXISTS
  (SELECT 1 FROM {lines} AS lines WHERE l_order = o_key AND l_commit < l_ship) GROUP BY o_priority ORDER BY o_priority;
SELECT c_nation, EXTRACT(YEAR FROM o_date) AS y, SUM(l_price * (1 - l_discount)), SUM(CASE WHEN l_mode = 'AIR' THEN l_price ELSE 0 END)
  FROM {customers} AS customers, {orders} AS orders, {lines} AS lines WHERE c_key = o_customer AND o_key = l_order AND l_comment LIKE '%5%wake%'
  GROUP BY c_nation, EXTRACT(YEAR FROM o_date) ORDER BY 1, 2 DESC;
SELECT c_count, COUNT(*) FROM (SELECT c_key, COUNT(o_key) AS c_count FROM {customers} AS customers LEFT JOIN {orders} AS orders
  ON c_key = o_customer AND o_clerk NOT LIKE '%special%requests%' GROUP BY c_key) AS t GROUP BY c_count ORDER BY 2 DESC, 1 DESC;
SELECT c_name, o_key, SUM(l_quantity) FROM {customers} AS customers, {orders} AS orders, {lines} AS lines WHERE o_key IN
  (SELECT l_order FROM {lines} AS lines GROUP BY l_order HAVING SUM(l_quantity) > 120) AND c_key = o_customer AND o_key = l_order
  GROUP BY c_name, o_key ORDER BY 3 DESC LIMIT 100;
SELECT SUM(l_price) / 7.0 FROM {lines} AS a WHERE l_mode IN ('MAIL', 'SHIP') AND l_quantity <
  (SELECT 0.2 * AVG(l_quantity) FROM {lines} AS b WHERE b.l_part = a.l_part);
SELECT SUBSTRING(o_clerk, 1, 8) AS clerk, COUNT(DISTINCT o_customer), MIN(o_total), MAX(o_clerk), AVG(CAST(o_total AS DOUBLE))
  FROM {orders} AS orders WHERE o_customer NOT IN (SELECT l_part FROM {lines} AS lines WHERE l_weight > 36000) GROUP BY SUBSTRING(o_clerk, 1, 8) ORDER BY clerk;
SELECT l_some, COUNT(*), COUNT(l_some), SUM(l_weight), MAX(l_comment) FROM {lines} AS lines GROUP BY l_some ORDER BY 1 NULLS FIRST;
SELECT * FROM (SELECT o_key, o_total, ROW_NUMBER() OVER (PARTITION BY o_customer ORDER BY o_total DESC) AS n,
  SUM(o_total) OVER (PARTITION BY o_customer ORDER BY o_date) AS s FROM {orders} AS orders) AS t WHERE n <= 2 ORDER BY o_total, o_key LIMIT 50;
SELECT l_comment, UPPER(l_mode), l_price, l_ship FROM {lines} AS lines ORDER BY l_comment, l_price DESC;
SELECT o_clerk FROM {orders} AS orders UNION SELECT c_name FROM {customers} AS customers EXCEPT SELECT l_mode FROM {lines} AS lines;
