-- A view: planned together with what reads it, so its filter reaches the files.
SELECT id, usd, country
FROM transactions
WHERE eventTime >= CAST($since AS TIMESTAMP)
  AND eventTime < CAST($since AS TIMESTAMP) + INTERVAL '1' MONTH
