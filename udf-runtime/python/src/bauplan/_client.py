"""`bauplan.Client`: queries, runs and the catalog, from Python."""
import json
import os
import sys
import time
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Type, Union

try:
    import pyarrow
except ImportError as e:  # pragma: no cover
    raise ImportError("bauplan.Client needs pyarrow: pip install pyarrow") from e

from . import _engine, exceptions as errors
from ._flight import Connection, Session
from ._results import (
    Branch, Commit, Info, Job, JobLog, Namespace, Ref, RunState, Table, Tag, UserLog)

RefLike = Union[str, Ref]
TableLike = Union[str, Table]
PathLike = Union[str, "os.PathLike[str]"]

_PING_SECONDS = 5
_STATUS = {"SUCCEEDED": "SUCCESS"}
_ADDRESS_HINT = "an address is grpc://host:port or grpc+tls://host:port"


class Client:
    """A connection to an engine, found in this order: `api_endpoint` given or in the environment
    (BAUPLAN_API_ENDPOINT, with BAUPLAN_API_KEY) or profile, else a warehouse folder (`warehouse`,
    BAUPLAN_WAREHOUSE, the profile's, the project's). Whoever has that warehouse open is used; if
    nobody, an engine is started and stopped again by `close`.

    `client_timeout` (seconds) ends every call that takes longer. Use it as a context manager.
    """

    def __init__(
        self,
        profile: Optional[str] = None,
        api_key: Optional[str] = None,
        client_timeout: Optional[float] = None,
        config_file_path: Optional[PathLike] = None,
        *,
        warehouse: Optional[PathLike] = None,
        api_endpoint: Optional[str] = None,
        ref: Optional[RefLike] = None,
        namespace: Optional[str] = None
    ) -> None:
        settings = _engine.profile(profile, str(config_file_path) if config_file_path else None)
        self._engine: Optional[_engine.StartedEngine] = None
        self._ref = _name(ref)
        self._namespace = _name(namespace)
        self._session = Session(self._ref, self._namespace)
        endpoint = api_endpoint or (None if warehouse else settings.get("api_endpoint"))
        if endpoint:
            self._connection = self._reach(
                _address(endpoint), api_key or settings.get("api_key", ""), client_timeout)
        else:
            chosen = warehouse or settings.get("warehouse")
            folder = Path(chosen) if chosen else _engine.nearest_warehouse(Path.cwd())
            self._connection = self._open(folder.absolute(), client_timeout)

    @staticmethod
    def _reach(address: str, token: str, timeout: Optional[float]) -> Connection:
        connection = Connection(address, token, timeout)
        try:
            connection.ping(_PING_SECONDS)
        except errors.UnauthorizedError as e:
            connection.close()
            raise errors.UnauthorizedError(
                "%s refuses the API key: %s" % (address, e.message), e.sqlstate,
                "give api_key=, or set BAUPLAN_API_KEY") from None
        except errors.BauplanError as e:
            connection.close()
            raise errors.BauplanConnectionError(
                "no engine answers at %s: %s" % (address, e.message),
                hint="start one with `bauplan serve`") from None
        return connection

    def _open(self, warehouse: Path, timeout: Optional[float]) -> Connection:
        found = _engine.running(warehouse)
        if found:
            try:
                return self._reach(found[0], found[1], timeout)
            except errors.BauplanError:
                pass  # it is just ending, or its process number is another's now
        self._engine = _engine.StartedEngine(warehouse)
        started = _engine.running(warehouse)
        if not started:
            self._engine.stop()
            raise errors.BauplanConnectionError("the engine for %s ended at once" % warehouse)
        return self._reach(started[0], started[1], timeout)

    def close(self) -> None:
        """Ends the connection, and the engine if this client started it."""
        self._connection.close()
        if self._engine is not None:
            self._engine.stop()
            self._engine = None

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def info(self) -> Info:
        details = self._catalog("info")[0]
        from . import __version__

        return Info(__version__, self._connection.address, details.get("warehouse", ""), details)

    # ---- queries

    def _at(self, ref: Optional[RefLike], namespace: Any) -> Session:
        """The client's own session, or one for this call alone."""
        if ref is None and namespace is None:
            return self._session
        return Session(_name(ref) or self._ref, _name(namespace) or self._namespace)

    def query(
        self,
        query: str,
        ref: Optional[RefLike] = None,
        max_rows: Optional[int] = None,
        cache: Optional[str] = None,
        namespace: Union[str, Namespace, None] = None,
        **options: Any
    ) -> "pyarrow.Table":
        """Runs any statement and gives its rows; an update gives the number of rows it changed."""
        schema, batches = self._connection.query(query, self._at(ref, namespace))
        return pyarrow.Table.from_batches(_first(batches, max_rows), schema)

    def query_to_batches(
        self, query: str, ref: Optional[RefLike] = None, namespace: Optional[str] = None
    ) -> "pyarrow.RecordBatchReader":
        """The rows as they come, in Arrow; never more than a few batches are in memory."""
        schema, batches = self._connection.query(query, self._at(ref, namespace))
        return pyarrow.RecordBatchReader.from_batches(schema, batches)

    def query_to_generator(
        self,
        query: str,
        ref: Optional[RefLike] = None,
        max_rows: Optional[int] = None,
        cache: Optional[str] = None,
        namespace: Union[str, Namespace, None] = None,
        as_json: bool = False,
        **options: Any
    ) -> Iterator[Any]:
        """The rows as dictionaries (or lines of JSON), as they come."""
        _, batches = self._connection.query(query, self._at(ref, namespace))
        for batch in _first(batches, max_rows):
            for row in batch.to_pylist():
                yield json.dumps(row, default=_plain) if as_json else row

    def query_to_parquet_file(
        self, path: PathLike, query: str, ref: Optional[RefLike] = None,
        max_rows: Optional[int] = None, cache: Optional[str] = None,
        namespace: Union[str, Namespace, None] = None, **options: Any
    ) -> Path:
        import pyarrow.parquet

        schema, batches = self._connection.query(query, self._at(ref, namespace))
        with pyarrow.parquet.ParquetWriter(str(path), schema) as writer:
            for batch in _first(batches, max_rows):
                writer.write_batch(batch)
        return Path(path)

    def query_to_csv_file(
        self, path: PathLike, query: str, ref: Optional[RefLike] = None,
        max_rows: Optional[int] = None, cache: Optional[str] = None,
        namespace: Union[str, Namespace, None] = None, **options: Any
    ) -> Path:
        import pyarrow.csv

        schema, batches = self._connection.query(query, self._at(ref, namespace))
        with pyarrow.csv.CSVWriter(str(path), schema) as writer:
            for batch in _first(batches, max_rows):
                writer.write_batch(batch)
        return Path(path)

    def query_to_json_file(
        self, path: PathLike, query: str, file_format: str = "json",
        ref: Optional[RefLike] = None, max_rows: Optional[int] = None,
        cache: Optional[str] = None, namespace: Union[str, Namespace, None] = None,
        **options: Any
    ) -> Path:
        """`file_format` is `json` (one array) or `jsonl` (one object a line)."""
        if file_format not in ("json", "jsonl"):
            raise ValueError("file_format is json or jsonl, not %r" % file_format)
        rows = self.query_to_generator(query, ref, max_rows, cache, namespace, as_json=True)
        with open(path, "w", encoding="utf-8") as out:
            if file_format == "jsonl":
                out.writelines(row + "\n" for row in rows)
            else:
                out.write("[")
                for number, row in enumerate(rows):
                    out.write((",\n" if number else "\n") + row)
                out.write("\n]\n")
        return Path(path)

    def scan(
        self,
        table: TableLike,
        ref: Optional[RefLike] = None,
        columns: Optional[List[str]] = None,
        filters: Optional[str] = None,
        limit: Optional[int] = None,
        cache: Optional[str] = None,
        namespace: Union[str, Namespace, None] = None,
        **options: Any
    ) -> "pyarrow.Table":
        """Rows of one table; `filters` is an SQL condition."""
        wanted = ", ".join(_quoted(c) for c in columns) if columns else "*"
        sql = "SELECT %s FROM %s" % (wanted, _dotted(_name_of_table(table)))
        if filters:
            sql += " WHERE " + filters
        if limit is not None:
            sql += " LIMIT %d" % limit
        return self.query(sql, ref, namespace=namespace)

    # ---- runs

    def run(
        self,
        project_dir: Optional[PathLike] = None,
        ref: Optional[RefLike] = None,
        namespace: Union[str, Namespace, None] = None,
        parameters: Optional[Dict[str, Any]] = None,
        cache: Optional[str] = None,
        transaction: Optional[str] = None,
        dry_run: Optional[bool] = None,
        strict: Optional[str] = None,
        preview: Optional[str] = None,
        detach: bool = False,
        on_event: Optional[Callable[[Dict[str, Any]], None]] = None,
        **options: Any
    ) -> RunState:
        """Runs a project to its end, printing what its functions print.

        A failing model is no exception: look at `job_status` and `error`. `cache`, `transaction`
        and `strict` are "on" or "off"; `preview` is "on", "off", "head" or "tail"; `on_event` is
        called with everything that happens. With `detach` the call returns at once: the engine
        carries the run out while it is open, and `get_job` tells how it goes.
        """
        folder = Path(project_dir or ".").absolute()
        target = _name(ref) or self._ref or "main"
        publishing = "TRANSACTION" if _is_on(transaction, True) else "EACH_MODEL"
        body = {
            "requestId": str(uuid.uuid4()),
            "projectDirectory": str(folder),
            "reference": target,
            "namespace": _name(namespace) or self._namespace or "",
            "parameters": {k: _parameter(v) for k, v in (parameters or {}).items()},
            "preview": (preview or "off").upper(),
            "publishing": "DRY_RUN" if dry_run else publishing,
            "strictness": "STRICT" if _is_on(strict, False) else "LENIENT",
            "caching": "ON" if _is_on(cache, True) else "OFF",
        }
        return self._run(body, detach, on_event)

    def rerun(
        self,
        job: Union[str, Job],
        ref: Optional[RefLike] = None,
        parameters: Optional[Dict[str, Any]] = None,
        dry_run: Optional[bool] = None,
        detach: bool = False,
        on_event: Optional[Callable[[Dict[str, Any]], None]] = None
    ) -> RunState:
        """Makes a run again, from its sources and with its parameters as they were; secret
        parameters have to be given again."""
        body = dict(self._catalog("job_request", id=_job_id(job))[0])
        body["requestId"] = str(uuid.uuid4())
        if ref is not None:
            body["reference"] = _name(ref)
        if dry_run is not None:
            body["publishing"] = "DRY_RUN" if dry_run else "TRANSACTION"
        given = {k: _parameter(v) for k, v in (parameters or {}).items()}
        body["parameters"] = dict(body["parameters"], **given)
        return self._run(body, detach, on_event)

    def _run(
        self,
        body: Dict[str, Any],
        detach: bool,
        on_event: Optional[Callable[[Dict[str, Any]], None]]
    ) -> RunState:
        state = RunState(project_dir=body["projectDirectory"], ref=body["reference"])
        if detach:
            del body["requestId"]
            state.job_id = self._catalog("start_run", _missing_branch, **body)[0]["id"]
            return state
        begin = time.monotonic()
        try:
            for event in self._connection.action("bauplan.run", body, self._session):
                _record(state, event, time.monotonic() - begin)
                if on_event is not None:
                    on_event(event)
        except KeyboardInterrupt:
            self._cancel(str(body["requestId"]))
            raise
        except errors.RefNotFoundError as e:
            raise errors.BranchNotFoundError(e.message, e.sqlstate, e.hint) from None
        if state.job_status == "RUNNING":
            state.job_status = "UNKNOWN"
            state.error = "the connection ended before the run's result came"
        return state

    def _cancel(self, request: str) -> None:
        session = Session()
        for _ in self._connection.action("bauplan.cancel_run", {"requestId": request}, session):
            pass

    # ---- jobs

    def get_jobs(
        self,
        limit: int = 25,
        kind: Optional[str] = None,
        status: Optional[str] = None,
        user: Optional[str] = None
    ) -> List[Job]:
        """Statements and runs, newest first."""
        state = {"SUCCESS": "SUCCEEDED"}.get(status.upper(), status) if status else None
        rows = self._catalog("jobs", limit=limit, kind=kind, state=state, user=user)
        return [_job(row) for row in rows]

    def get_job(self, job: Union[str, Job]) -> Job:
        return _job(self._catalog("job", id=_job_id(job))[0])

    def get_job_logs(self, job: Union[str, Job]) -> List[JobLog]:
        """What a job said, in order: prints of its functions, and its steps."""
        rows = self._catalog("job_log", id=_job_id(job))
        return [JobLog(r["time"], r["model"], r["stream"], r["text"]) for r in rows]

    def cancel_job(self, job: Union[str, Job]) -> None:
        """Asks a job under way for its end; it is over soon after."""
        self._catalog("stop_job", id=_job_id(job))

    # ---- branches and tags

    def get_branches(
        self, name: Optional[str] = None, user: Optional[str] = None, limit: Optional[int] = None
    ) -> List[Branch]:
        rows = self._catalog("branches")
        found = [Branch(r["name"], r["commit"]) for r in rows if not name or name in r["name"]]
        return [b for b in found if not user or b.name.startswith(user + ".")][:limit]

    def get_branch(self, branch: RefLike) -> Branch:
        row = self._catalog("reference", _missing_branch, name=_name(branch))[0]
        if row.get("kind") != "branch":
            raise errors.BranchNotFoundError('"%s" is not a branch' % _name(branch), "3D000")
        return Branch(row["name"], row["commit"])

    def has_branch(self, branch: RefLike) -> bool:
        return _exists(lambda: self.get_branch(branch))

    def create_branch(
        self, branch: RefLike, from_ref: Optional[RefLike] = None, if_not_exists: bool = False
    ) -> Branch:
        try:
            row = self._catalog(
                "create_branch", _missing_ref, name=_name(branch), **{"from": _name(from_ref)})[0]
        except errors.ConflictError as e:
            if if_not_exists:
                return self.get_branch(branch)
            raise errors.BranchExistsError(e.message, e.sqlstate, e.hint) from None
        return Branch(row["name"], row["commit"])

    def rename_branch(self, branch: RefLike, new_branch: RefLike) -> Branch:
        return self._renamed("rename_branch", branch, new_branch, _missing_branch,
                             errors.BranchExistsError, Branch)

    def delete_branch(self, branch: RefLike, if_exists: bool = False) -> bool:
        return self._deleted(
            if_exists, "delete_branch", _missing_branch, name=_name(branch))

    def merge_branch(
        self,
        source_ref: RefLike,
        into_branch: RefLike,
        commit_message: Optional[str] = None,
        **options: Any
    ) -> Branch:
        """Brings all changes of `source_ref` into `into_branch` in one commit, or none."""
        try:
            row = self._catalog("merge", _missing_branch, source=_name(source_ref),
                                into=_name(into_branch), message=commit_message)[0]
        except errors.ConflictError as e:
            raise errors.MergeConflictError(e.message, e.sqlstate, e.hint) from None
        return Branch(row["into"], row["commit"])

    def diff(self, ref: RefLike, base: RefLike) -> List[Dict[str, str]]:
        """Tables that differ, each with `name` and `change`: added, removed or changed."""
        return self._catalog(
            "diff", _missing_ref, to=_name(base), **{"from": _name(ref)})

    def get_tags(self, filter_by_name: Optional[str] = None, limit: Optional[int] = None
                 ) -> List[Tag]:
        rows = self._catalog("tags")
        return [Tag(r["name"], r["commit"]) for r in rows
                if not filter_by_name or filter_by_name in r["name"]][:limit]

    def get_tag(self, tag: RefLike) -> Tag:
        row = self._catalog("reference", _missing_tag, name=_name(tag))[0]
        if row.get("kind") != "tag":
            raise errors.TagNotFoundError('"%s" is not a tag' % _name(tag), "3D000")
        return Tag(row["name"], row["commit"])

    def has_tag(self, tag: RefLike) -> bool:
        return _exists(lambda: self.get_tag(tag))

    def create_tag(
        self, tag: RefLike, from_ref: Optional[RefLike] = None, if_not_exists: bool = False
    ) -> Tag:
        try:
            row = self._catalog(
                "create_tag", _missing_ref, name=_name(tag), **{"from": _name(from_ref)})[0]
        except errors.ConflictError as e:
            if if_not_exists:
                return self.get_tag(tag)
            raise errors.TagExistsError(e.message, e.sqlstate, e.hint) from None
        return Tag(row["name"], row["commit"])

    def rename_tag(self, tag: RefLike, new_tag: RefLike) -> Tag:
        return self._renamed("rename_tag", tag, new_tag, _missing_tag, errors.TagExistsError, Tag)

    def delete_tag(self, tag: RefLike, if_exists: bool = False) -> bool:
        return self._deleted(if_exists, "delete_tag", _missing_tag, name=_name(tag))

    def get_commits(
        self,
        ref: Optional[RefLike] = None,
        filter_by_message: Optional[str] = None,
        filter_by_author_name: Optional[str] = None,
        filter_by_properties: Optional[Dict[str, str]] = None,
        limit: Optional[int] = None,
        **filters: Any
    ) -> List[Commit]:
        """Newest first."""
        if filters:
            raise TypeError("get_commits has no " + ", ".join(sorted(filters)))
        filtered = bool(filter_by_message or filter_by_author_name or filter_by_properties)
        rows = self._catalog("commits", _missing_ref, reference=_name(ref),
                             limit=10_000 if filtered else limit)
        commits = [Commit(r["commit"], r["message"], r["author"], r["time"],
                          r.get("properties", {})) for r in rows]
        return [
            c for c in commits
            if (not filter_by_message or filter_by_message in c.message)
            and (not filter_by_author_name or filter_by_author_name == c.author)
            and (filter_by_properties or {}).items() <= c.properties.items()
        ][:limit]

    # ---- namespaces and tables

    def get_namespaces(
        self, ref: Optional[RefLike] = None, filter_by_name: Optional[str] = None,
        limit: Optional[int] = None
    ) -> List[Namespace]:
        rows = self._catalog("namespaces", _missing_ref, reference=_name(ref))
        return [Namespace(r["namespace"]) for r in rows
                if not filter_by_name or filter_by_name in r["namespace"]][:limit]

    def get_namespace(
        self, namespace: Union[str, Namespace], ref: Optional[RefLike] = None
    ) -> Namespace:
        for found in self.get_namespaces(ref):
            if found.name == _name(namespace):
                return found
        raise errors.NamespaceNotFoundError(
            'there is no namespace "%s"' % _name(namespace), "3F000")

    def has_namespace(
        self, namespace: Union[str, Namespace], ref: Optional[RefLike] = None
    ) -> bool:
        return _exists(lambda: self.get_namespace(namespace, ref))

    def create_namespace(
        self, namespace: Union[str, Namespace], branch: Optional[RefLike] = None,
        if_not_exists: bool = False, **options: Any
    ) -> Namespace:
        try:
            self._catalog("create_namespace", _missing_branch, name=_name(namespace),
                          branch=_name(branch))
        except errors.ConflictError as e:
            if not if_not_exists:
                raise errors.NamespaceExistsError(e.message, e.sqlstate, e.hint) from None
        return Namespace(str(_name(namespace)))

    def delete_namespace(
        self, namespace: Union[str, Namespace], branch: Optional[RefLike] = None,
        if_exists: bool = False, **options: Any
    ) -> bool:
        return self._deleted(if_exists, "delete_namespace", _missing_branch,
                             name=_name(namespace), branch=_name(branch))

    def get_tables(
        self,
        ref: Optional[RefLike] = None,
        filter_by_name: Optional[str] = None,
        filter_by_namespace: Union[str, Namespace, None] = None,
        limit: Optional[int] = None
    ) -> List[Table]:
        rows = self._catalog("tables", _missing_ref, reference=_name(ref),
                             namespace=_name(filter_by_namespace))
        return [Table.of(r) for r in rows
                if not filter_by_name or filter_by_name in r["name"]][:limit]

    def get_table(
        self, table: TableLike, ref: Optional[RefLike] = None,
        namespace: Union[str, Namespace, None] = None, **options: Any
    ) -> Table:
        name = _name_of_table(table, namespace)
        return Table.of(self._catalog("table", _missing_ref, name=name, reference=_name(ref))[0])

    def has_table(
        self, table: TableLike, ref: Optional[RefLike] = None,
        namespace: Union[str, Namespace, None] = None
    ) -> bool:
        return _exists(lambda: self.get_table(table, ref, namespace))

    def delete_table(
        self, table: TableLike, branch: Optional[RefLike] = None,
        namespace: Union[str, Namespace, None] = None, if_exists: bool = False, **options: Any
    ) -> bool:
        return self._deleted(if_exists, "delete_table", _missing_branch,
                             name=_name_of_table(table, namespace), branch=_name(branch))

    def create_table(
        self,
        table: TableLike,
        search_uri: str,
        branch: Optional[RefLike] = None,
        namespace: Union[str, Namespace, None] = None,
        partitioned_by: Optional[str] = None,
        replace: Optional[bool] = None,
        **options: Any
    ) -> Table:
        """An empty table with the columns of some files (Parquet, CSV, JSON; globs, `s3://`)."""
        name = _name_of_table(table, namespace)
        if not replace and self.has_table(name, branch):
            raise errors.TableExistsError('there is a table "%s" already' % name, "42P07")
        self.query(
            "CREATE %sTABLE %s%s AS SELECT * FROM read_%s(%s) WHERE FALSE" % (
                "OR REPLACE " if replace else "",
                _dotted(name),
                " PARTITIONED BY (%s)" % partitioned_by if partitioned_by else "",
                _format(search_uri),
                _literal(_absolute(search_uri))),
            branch)
        return self.get_table(name, branch)

    def import_data(
        self,
        table: TableLike,
        search_uri: str,
        branch: Optional[RefLike] = None,
        namespace: Union[str, Namespace, None] = None,
        **options: Any
    ) -> int:
        """Adds the rows of files to a table and gives their number."""
        name = _name_of_table(table, namespace)
        changed = self.query(
            "COPY INTO %s FROM %s FILE_FORMAT = %s" % (
                _dotted(name), _literal(_absolute(search_uri)), _format(search_uri).upper()),
            branch)
        counts = changed.column(0).to_pylist() if changed.num_columns else []
        return int(counts[0]) if counts and isinstance(counts[0], int) else 0

    # ---- shared

    def _catalog(
        self,
        operation: str,
        missing: Optional[Type[errors.BauplanHTTPError]] = None,
        **arguments: Any
    ) -> List[Dict[str, Any]]:
        try:
            return self._connection.catalog(operation, self._session, **arguments)
        except errors.RefNotFoundError as e:
            raise (missing or errors.RefNotFoundError)(e.message, e.sqlstate, e.hint) from None

    def _renamed(self, operation: str, old: RefLike, new: RefLike, missing: Any, exists: Any,
                 result: Any) -> Any:
        try:
            row = self._catalog(operation, missing, name=_name(old), to=_name(new))[0]
        except errors.ConflictError as e:
            raise exists(e.message, e.sqlstate, e.hint) from None
        return result(row["name"], row["commit"])

    def _deleted(
        self, if_exists: bool, operation: str, missing: Type[errors.BauplanHTTPError],
        **arguments: Any
    ) -> bool:
        try:
            self._catalog(operation, missing, **arguments)
            return True
        except errors.ResourceNotFoundError:
            if if_exists:
                return False
            raise


_missing_branch = errors.BranchNotFoundError
_missing_tag = errors.TagNotFoundError
_missing_ref = errors.RefNotFoundError


def _job_id(job: Union[str, Job]) -> str:
    return job.id if isinstance(job, Job) else job


def _job(row: Dict[str, Any]) -> Job:
    status = row["state"].upper()
    millis = row["duration_ms"]
    return Job(
        id=row["id"], kind=row["kind"].upper(), status=_STATUS.get(status, status),
        user=row["user"], ref=row["reference"], namespace=row["namespace"],
        project=row["project"], text=row["text"], created_at=row["started"],
        finished_at=row["ended"], duration=None if millis is None else millis / 1000,
        error=row["error"] or None, commit=row["commit"] or None,
        kept_branch=row["kept_branch"] or None)


def _record(state: RunState, event: Dict[str, Any], seconds: float) -> None:
    kind = event.get("type")
    model = event.get("model", "")
    if kind == "Started":
        state.job_id, state.run_branch = event["jobId"], event["runBranch"]
    elif kind == "ModelStarted":
        state.tasks_started[model] = seconds
    elif kind in ("ModelFinished", "ModelFailed"):
        state.tasks_stopped[model] = seconds
    elif kind == "Note":
        state.notes.append("%s: %s" % (model, event["text"]) if model else event["text"])
    elif kind == "ExpectationChecked":
        state.expectations[event["expectation"]] = event["passed"]
    elif kind == "Output":
        stream = str(event["stream"]).lower()
        state.user_logs.append(UserLog(model, stream, event["line"]))
        print(event["line"], file=sys.stderr if stream == "stderr" else sys.stdout, flush=True)
    elif kind == "result":
        result = event["result"]
        state.job_id = result["jobId"] or state.job_id
        state.job_status = _STATUS.get(result["status"], result["status"])
        state.error = result["error"] or None
        state.duration = result["millis"] / 1000
        state.kept_branch = result["keptBranch"] or None
        state.commit = result["commit"] or None
        state.published = result["published"]


def _first(batches: Iterable[Any], max_rows: Optional[int]) -> Iterator[Any]:
    left = max_rows
    for batch in batches:
        if left is not None and batch.num_rows >= left:
            yield batch.slice(0, left)
            return
        if left is not None:
            left -= batch.num_rows
        yield batch


def _exists(look: Callable[[], Any]) -> bool:
    try:
        look()
        return True
    except errors.ResourceNotFoundError:
        return False


def _address(endpoint: str) -> str:
    scheme, found, rest = endpoint.partition("://")
    if not found:
        return "grpc://" + endpoint
    if scheme in ("grpc", "grpc+tcp", "http", "bauplan"):
        return "grpc://" + rest
    if scheme in ("grpcs", "grpc+tls", "https"):
        return "grpc+tls://" + rest
    raise errors.BauplanConnectionError("%s is no address" % endpoint, hint=_ADDRESS_HINT)


def _name(value: Any) -> Optional[str]:
    return None if value is None else str(getattr(value, "name", value))


def _name_of_table(table: TableLike, namespace: Union[str, Namespace, None] = None) -> str:
    name = table.fqn if isinstance(table, Table) else str(table)
    return "%s.%s" % (_name(namespace), name) if namespace and "." not in name else name


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _dotted(name: str) -> str:
    return ".".join(_quoted(part) for part in name.split("."))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _absolute(uri: str) -> str:
    """Files are read by the engine, whose working folder may be another."""
    return uri if "://" in uri else os.path.abspath(uri)


def _format(uri: str) -> str:
    name = uri.lower()
    for packed in (".gz", ".zst", ".bz2"):
        name = name[: -len(packed)] if name.endswith(packed) else name
    if name.endswith((".csv", ".tsv", ".txt")):
        return "csv"
    return "json" if name.endswith((".json", ".jsonl", ".ndjson")) else "parquet"


def _is_on(value: Any, default: bool) -> bool:
    if value is None:
        return default
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("on", "off"):
        return str(value).lower() == "on"
    raise ValueError('"on" or "off" expected, not %r' % value)


def _parameter(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(value: Any) -> Any:
    """What JSON has no type for, as text."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    return str(value)
