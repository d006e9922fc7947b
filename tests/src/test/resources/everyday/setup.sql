-- The tables that the statements of all files read. These are not counted.
CREATE TABLE customers (id INTEGER, name VARCHAR, country VARCHAR, signup DATE, tags VARCHAR[]);
INSERT INTO customers VALUES
  (1, 'Ada', 'GB', DATE '2023-01-15', ['vip', 'new']),
  (2, 'Bob', 'US', DATE '2023-03-02', ['new']),
  (3, 'Cid', 'US', DATE '2024-02-29', []),
  (4, 'Dee', 'FR', DATE '2024-06-30', NULL);
CREATE TABLE orders (
  id INTEGER, customer_id INTEGER, amount DECIMAL(10, 2), status VARCHAR, ordered TIMESTAMP);
INSERT INTO orders VALUES
  (10, 1, 120.50, 'paid', TIMESTAMP '2024-01-05 09:30:00'),
  (11, 1, 80.00, 'paid', TIMESTAMP '2024-01-20 18:00:00'),
  (12, 2, 35.25, 'open', TIMESTAMP '2024-02-03 12:15:30'),
  (13, 2, 64.75, 'paid', TIMESTAMP '2024-02-03 23:59:59'),
  (14, 3, 500.00, 'void', TIMESTAMP '2024-03-01 00:00:00'),
  (15, NULL, 10.00, 'open', TIMESTAMP '2024-03-15 08:00:00');
CREATE TABLE sales (rep VARCHAR, month VARCHAR, amount INTEGER);
INSERT INTO sales VALUES
  ('ann', 'JAN', 100), ('ann', 'FEB', 50), ('ann', 'FEB', 25), ('ben', 'JAN', 70), ('ben', 'MAR', 5);
CREATE TABLE monthly (rep VARCHAR, jan INTEGER, feb INTEGER, mar INTEGER);
INSERT INTO monthly VALUES ('ann', 100, 75, NULL), ('ben', 70, NULL, 5);
CREATE TABLE trades (sym VARCHAR, ts TIMESTAMP, qty INTEGER);
INSERT INTO trades VALUES
  ('A', TIMESTAMP '2024-01-01 09:00:01', 10), ('A', TIMESTAMP '2024-01-01 09:00:05', 20),
  ('B', TIMESTAMP '2024-01-01 09:00:03', 30);
CREATE TABLE quotes (sym VARCHAR, ts TIMESTAMP, bid DOUBLE);
INSERT INTO quotes VALUES
  ('A', TIMESTAMP '2024-01-01 09:00:00', 1.0), ('A', TIMESTAMP '2024-01-01 09:00:04', 1.5),
  ('B', TIMESTAMP '2024-01-01 09:00:04', 2.0);
CREATE TABLE docs (id INTEGER, body VARCHAR);
INSERT INTO docs VALUES
  (1, '{"name": "Ada", "langs": ["en", "fr"], "addr": {"city": "London", "zip": 7}}'),
  (2, '{"name": "Bob", "langs": []}');
