"""Queries an engine with ADBC and with pyarrow.flight: address and token are the arguments."""
import datetime
import decimal
import sys

import adbc_driver_flightsql.dbapi as adbc
import pyarrow
import pyarrow.flight

address, token = sys.argv[1:3]

EVERY_TYPE = """
SELECT * FROM (VALUES (
  TRUE, CAST(7 AS INTEGER), CAST(-9223372036854775808 AS BIGINT), CAST(1.5 AS REAL),
  CAST(2.25 AS DOUBLE), CAST(12.30 AS DECIMAL(9, 2)), 'zażółć', X'00FF',
  DATE '2024-02-29', TIME '12:34:56', TIMESTAMP '2024-02-29 12:34:56.789',
  ARRAY[1, 2, 3], CAST(NULL AS INTEGER)
)) AS t (b, i, l, r, d, c, v, x, day, tm, ts, a, n)
"""
EXPECTED = dict(
    b=True, i=7, l=-9223372036854775808, r=1.5, d=2.25, c=decimal.Decimal("12.30"), v="zażółć",
    x=b"\x00\xff", day=datetime.date(2024, 2, 29), tm=datetime.time(12, 34, 56),
    ts=datetime.datetime(2024, 2, 29, 12, 34, 56, 789000), a=[1, 2, 3], n=None)

options = {"adbc.flight.sql.authorization_header": "Bearer " + token}
with adbc.connect(address, db_kwargs=options, autocommit=True) as connection:
    with connection.cursor() as cursor:
        cursor.execute(EVERY_TYPE)
        assert cursor.fetch_arrow_table().to_pylist() == [EXPECTED]

        cursor.execute("CREATE TABLE adbc_items (id BIGINT, name VARCHAR)")
        cursor.execute("INSERT INTO adbc_items VALUES (1, 'one'), (2, NULL), (3, 'three')")
        cursor.execute("SELECT id, name FROM adbc_items WHERE id > ? ORDER BY id", (1,))
        assert cursor.fetchall() == [(2, None), (3, "three")], "bound value"
        cursor.execute("DELETE FROM adbc_items WHERE name IS NULL")
        cursor.execute("SELECT count(*) FROM adbc_items")
        assert cursor.fetchone() == (2,)

        try:
            cursor.execute("SELECT * FROM adbc_nowhere")
            cursor.fetchall()
            raise AssertionError("no error")
        except adbc.Error as e:
            assert "[42P01]" in str(e) and "adbc_nowhere" in str(e), str(e)
    names = connection.adbc_get_objects(depth="tables").read_all().to_pylist()
    assert "adbc_items" in str(names), names

try:
    with adbc.connect(address, db_kwargs={}) as stranger, stranger.cursor() as cursor:
        cursor.execute("SELECT 1")
    raise AssertionError("a client without the token was let in")
except adbc.Error as e:
    assert "token" in str(e).lower() or "UNAUTH" in str(e).upper(), str(e)

client = pyarrow.flight.connect(address)
headers = pyarrow.flight.FlightCallOptions(headers=[(b"authorization", b"Bearer " + token.encode())])
kinds = [action.type for action in client.list_actions(headers)]
assert "bauplan.run" in kinds, kinds
print("ok")
