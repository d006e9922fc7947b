SELECT id, usd, country
FROM transactions
WHERE eventTime >= TIMESTAMP '2023-01-01 00:00:00' AND eventTime < TIMESTAMP '2023-02-01 00:00:00'
