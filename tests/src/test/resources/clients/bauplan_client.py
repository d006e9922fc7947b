"""Uses bauplan.Client: address, token, project folder, and a folder for files are the arguments."""
import csv
import json
import sys
import time
from pathlib import Path

import bauplan
import pyarrow.parquet
from bauplan import exceptions

address, token, project, folder = sys.argv[1:5]
folder = Path(folder)


def fails(kind, sqlstate, call):
    try:
        call()
    except kind as e:
        assert type(e) is kind and e.sqlstate == sqlstate, repr(e)
        return str(e)
    raise AssertionError("no " + kind.__name__)


fails(exceptions.UnauthorizedError, "28000",
      lambda: bauplan.Client(api_endpoint=address, api_key="wrong"))
with bauplan.Client(api_endpoint=address, api_key=token) as client:
    assert client.query("SELECT 1 AS one").to_pylist() == [{"one": 1}]
    client.query("CREATE TABLE sales (id BIGINT, country VARCHAR, usd DOUBLE)")
    client.query("INSERT INTO sales VALUES (1, 'IT', 10), (2, 'FR', 20), (3, 'IT', 5)")
    assert client.scan("sales", columns=["usd"], filters="country = 'IT'").num_rows == 2
    assert client.query("SELECT * FROM sales", max_rows=2).num_rows == 2

    # Errors by name, with their class of SQL state.
    said = fails(exceptions.BauplanQueryError, "42703", lambda: client.query("SELECT a FROM sales"))
    assert '"a"' in said and "line 1" in said, said
    fails(exceptions.BranchNotFoundError, "3D000", lambda: client.get_branch("nowhere"))
    fails(exceptions.BranchExistsError, "42P04", lambda: client.create_branch("main"))
    fails(exceptions.TableNotFoundError, "42P01", lambda: client.get_table("nothing"))

    # Results to files.
    select = "SELECT id, country FROM sales ORDER BY id"
    rows = [{"id": 1, "country": "IT"}, {"id": 2, "country": "FR"}, {"id": 3, "country": "IT"}]
    assert list(client.query_to_generator(select)) == rows
    parquet = client.query_to_parquet_file(folder / "s.parquet", select)
    assert pyarrow.parquet.read_table(parquet).to_pylist() == rows
    assert json.loads(client.query_to_json_file(folder / "s.json", select).read_text()) == rows
    with open(client.query_to_csv_file(folder / "s.csv", select)) as lines:
        assert [int(row["id"]) for row in csv.DictReader(lines)] == [1, 2, 3]

    # A branch: change, look, merge.
    client.create_branch("dev", from_ref="main")
    client.query("INSERT INTO sales VALUES (4, 'DE', 7)", ref="dev")
    assert client.scan("sales", ref="dev").num_rows == 4 and client.scan("sales").num_rows == 3
    client.merge_branch("dev", into_branch="main")
    assert client.scan("sales").num_rows == 4
    client.create_branch("other", from_ref="main")
    client.query("UPDATE sales SET usd = 8 WHERE id = 4", ref="other")
    client.query("UPDATE sales SET usd = 9 WHERE id = 4")
    fails(exceptions.MergeConflictError, "40001", lambda: client.merge_branch("other", "main"))
    assert client.delete_branch("dev") and not client.delete_branch("dev", if_exists=True)

    # Tables from files.
    assert client.create_table("imported", str(parquet)).records == 0
    assert client.import_data("imported", str(parquet)) == 3
    assert [f.name for f in client.get_table("imported").fields] == ["id", "country"]
    assert client.delete_table("imported") and not client.has_table("imported")

    # A run: prints live, a result to read, and a failure that leaves the target alone.
    state = client.run(project)
    assert state.job_status == "SUCCESS", state
    assert state.published == ["bauplan.by_country"] and state.job_id and state.duration > 0
    assert [str(line) for line in state.user_logs] == ["rows 4"], state.user_logs
    assert client.scan("by_country").num_rows == 3
    head = client.get_branch("main").hash
    failed = client.run(project, parameters={"factor": 0})
    assert failed.job_status == "FAILED" and "ZeroDivisionError" in failed.error, failed
    assert client.get_branch("main").hash == head and client.has_branch(failed.kept_branch)

    # Jobs: what was asked, by whom, what came of it and what it said.
    job = client.get_job(state.job_id)
    assert (job.kind, job.status, job.user, job.ref) == ("RUN", "SUCCESS", "tester", "main"), job
    assert "rows 4" in [str(line) for line in client.get_job_logs(job)]
    assert client.get_jobs(status="FAILED", kind="run")[0].id == failed.job_id
    assert client.get_jobs(kind="query", limit=1)[0].text.startswith("SELECT")
    fails(exceptions.BauplanHTTPError, "22023", lambda: client.cancel_job(state.job_id))
    fails(exceptions.BauplanHTTPError, "42000",
          lambda: client.merge_branch(failed.kept_branch, "main"))
    later = client.run(project, detach=True)
    assert later.job_status == "RUNNING", later
    for _ in range(600):
        if client.get_job(later.job_id).status != "RUNNING":
            break
        time.sleep(0.1)
    assert client.get_job(later.job_id).status == "SUCCESS", client.get_job(later.job_id)
    again = client.rerun(state.job_id)
    assert again.job_status == "SUCCESS" and again.job_id != state.job_id, again
print("ok")
