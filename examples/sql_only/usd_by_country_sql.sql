-- bauplan: materialization_strategy=REPLACE
-- A pipeline of SQL alone: the Python function lives in the catalog, versioned with the data.
SELECT country, SUM(usd) AS usd
FROM TABLE(in_euro_area(TABLE january))
GROUP BY country
ORDER BY usd DESC
