"""What `bauplan.Client` answers."""
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional


@dataclass(frozen=True)
class Ref:
    """A branch or tag and the commit it stood at when it was read."""

    name: str
    hash: str

    def __str__(self) -> str:
        return self.name


class Branch(Ref):
    pass


class Tag(Ref):
    pass


@dataclass(frozen=True)
class Namespace:
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class TableField:
    name: str
    type: str
    required: bool


@dataclass(frozen=True)
class Table:
    """A table or view. `records` and `size` (bytes) are None where nobody counted."""

    name: str
    namespace: str
    kind: str
    records: Optional[int] = None
    size: Optional[int] = None
    snapshot_id: Optional[int] = None
    metadata_location: Optional[str] = None
    location: Optional[str] = None
    partitions: List[str] = field(default_factory=list)
    fields: List[TableField] = field(default_factory=list)
    sql: Optional[str] = None

    @property
    def fqn(self) -> str:
        return self.namespace + "." + self.name if self.namespace else self.name

    @staticmethod
    def of(row: Dict[str, Any]) -> "Table":
        snapshot = row.get("snapshot")
        return Table(
            name=row["name"],
            namespace=row.get("namespace", ""),
            kind=row.get("kind", "TABLE"),
            records=row.get("rows"),
            size=row.get("bytes"),
            snapshot_id=int(snapshot) if snapshot else None,
            metadata_location=row.get("metadata"),
            location=row.get("location"),
            partitions=row.get("partitioning", []),
            fields=[
                TableField(c["name"], c["type"], not c["nullable"])
                for c in row.get("columns", [])
            ],
            sql=row.get("sql"),
        )


@dataclass(frozen=True)
class Commit:
    """`authored_date` is in ISO 8601, UTC."""

    hash: str
    message: str
    author: str
    authored_date: str
    properties: Dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class UserLog:
    """A line that a model printed; `stream` is stdout or stderr."""

    model: str
    stream: str
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Job:
    """A statement or run: `status` is RUNNING, SUCCESS, FAILED, CANCELLED, UNKNOWN or ABORTED,
    `kind` QUERY, STATEMENT or RUN; times are ISO 8601, `duration` is in seconds."""

    id: str
    kind: str
    status: str
    user: str
    ref: str
    namespace: str
    project: str
    text: str
    created_at: str
    finished_at: Optional[str]
    duration: Optional[float]
    error: Optional[str]
    commit: Optional[str]
    kept_branch: Optional[str]


@dataclass(frozen=True)
class JobLog:
    """A line that a job said; `stream` is stdout, stderr, note, state or error."""

    time: str
    model: str
    stream: str
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass
class RunState:
    """A run: `job_status` is RUNNING, then SUCCESS, FAILED, CANCELLED or UNKNOWN.

    `duration` is in seconds; `tasks_started` and `tasks_stopped` give seconds since the start.
    After a failure `kept_branch` holds what was made until then.
    """

    job_id: Optional[str] = None
    job_status: str = "RUNNING"
    error: Optional[str] = None
    duration: float = 0.0
    project_dir: str = ""
    ref: str = ""
    run_branch: Optional[str] = None
    kept_branch: Optional[str] = None
    commit: Optional[str] = None
    published: List[str] = field(default_factory=list)
    tasks_started: Dict[str, float] = field(default_factory=dict)
    tasks_stopped: Dict[str, float] = field(default_factory=dict)
    expectations: Dict[str, bool] = field(default_factory=dict)
    notes: List[str] = field(default_factory=list)
    user_logs: List[UserLog] = field(default_factory=list)


@dataclass(frozen=True)
class Info:
    """The engine that the client talks to."""

    client_version: str
    address: str
    warehouse: str
    details: Dict[str, Any]
