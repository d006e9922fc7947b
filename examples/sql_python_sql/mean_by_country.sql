-- bauplan: materialization_strategy=REPLACE
SELECT country, COUNT(*) AS transactions, AVG(usd) AS mean_usd
FROM without_outliers
GROUP BY country
ORDER BY country
