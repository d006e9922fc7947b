"""The wire of `bauplan.Client`: Flight SQL statements and the engine's own actions."""
import json
import re
import threading
from typing import Any, Dict, Iterator, List, Optional, Tuple

import pyarrow
import pyarrow.flight as flight

from . import exceptions as errors

_COMMAND = b"type.googleapis.com/arrow.flight.protocol.sql.CommandStatementQuery"
_ERROR_TRAILER = "x-bauplan-error-bin"
_STATE_IN_TEXT = re.compile(r"\[([0-9A-Z]{5})\] ")
_DEBUG_TEXT = re.compile(r"\.? gRPC client debug context:.*", re.DOTALL)

# What the engine calls a failure -> what Python programs catch.
_BY_CODE = {
    "REF_NOT_FOUND": errors.RefNotFoundError,
    "COMMIT_NOT_FOUND": errors.RefNotFoundError,
    "TABLE_NOT_FOUND": errors.TableNotFoundError,
    "NAMESPACE_NOT_FOUND": errors.NamespaceNotFoundError,
    "TABLE_EXISTS": errors.TableExistsError,
    "REF_EXISTS": errors.ConflictError,
    "DUPLICATE_NAME": errors.ConflictError,
    "NAMESPACE_NOT_EMPTY": errors.NamespaceIsNotEmptyError,
    "COMMIT_CONFLICT": errors.BranchHeadChangedError,
    "NOT_AUTHENTICATED": errors.UnauthorizedError,
    "PERMISSION_DENIED": errors.ForbiddenError,
}
_CODE_OF_STATE = {
    "3D000": "REF_NOT_FOUND",
    "3D001": "COMMIT_NOT_FOUND",
    "42P01": "TABLE_NOT_FOUND",
    "3F000": "NAMESPACE_NOT_FOUND",
    "42P07": "TABLE_EXISTS",
    "42P04": "REF_EXISTS",
    "42710": "DUPLICATE_NAME",
    "2BP01": "NAMESPACE_NOT_EMPTY",
    "40001": "COMMIT_CONFLICT",
    "28000": "NOT_AUTHENTICATED",
    "42501": "PERMISSION_DENIED",
}


class Session:
    """What the engine remembers between statements, by the id that it gave."""

    def __init__(self, ref: Optional[str] = None, namespace: Optional[str] = None) -> None:
        self.ref = ref
        self.namespace = namespace
        self.id: Optional[str] = None
        self.error: Optional[bytes] = None


class _Middleware(flight.ClientMiddleware):
    def __init__(self, session: Optional[Session]) -> None:
        super().__init__()
        self._session = session

    def received_headers(self, headers: Dict[str, List[Any]]) -> None:
        if self._session is None:
            return
        for name, values in headers.items():
            if not values:
                continue
            if name.lower() == "x-bauplan-session":
                self._session.id = _text(values[0])
            elif name.lower() == _ERROR_TRAILER:
                value = values[0]
                self._session.error = value if isinstance(value, bytes) else value.encode()


class _MiddlewareFactory(flight.ClientMiddlewareFactory):
    """Flight asks for a middleware in the thread that makes the call."""

    def __init__(self) -> None:
        super().__init__()
        self.current = threading.local()

    def start_call(self, info: Any) -> _Middleware:
        return _Middleware(getattr(self.current, "session", None))


class Connection:
    """One engine by its address. Safe for several threads."""

    def __init__(self, address: str, token: str, timeout: Optional[float]) -> None:
        self.address = address
        self._timeout = timeout
        self._token = token
        self._factory = _MiddlewareFactory()
        self._client = flight.FlightClient(
            address,
            middleware=[self._factory],
            generic_options=[
                ("grpc.max_metadata_size", 64 * 1024),
                ("grpc.max_receive_message_length", -1),
            ],
        )

    def close(self) -> None:
        self._client.close()

    def _options(self, session: Session, timeout: Optional[float] = None) -> Any:
        headers: List[Tuple[bytes, bytes]] = []
        if self._token:
            headers.append((b"authorization", b"Bearer " + self._token.encode()))
        for name, value in (
            (b"x-bauplan-session", session.id),
            (b"x-bauplan-ref", session.ref),
            (b"x-bauplan-namespace", session.namespace),
        ):
            if value:
                headers.append((name, value.encode()))
        self._factory.current.session = session
        session.error = None
        # A statement may take as long as it takes, unless the client was given a limit.
        return flight.FlightCallOptions(timeout=timeout or self._timeout, headers=headers)

    def query(self, sql: str, session: Session) -> Tuple[Any, Iterator[Any]]:
        """The result's schema and its record batches as they come."""
        try:
            info = self._client.get_flight_info(
                flight.FlightDescriptor.for_command(_statement(sql)), self._options(session)
            )
            reader = self._client.do_get(info.endpoints[0].ticket, self._options(session))
            schema = reader.schema
        except pyarrow.ArrowException as e:
            raise _error(e, session, errors.BauplanQueryError) from None
        return schema, self._batches(reader, session)

    @staticmethod
    def _batches(reader: Any, session: Session) -> Iterator[Any]:
        done = False
        try:
            while True:
                try:
                    chunk = reader.read_chunk()
                except StopIteration:
                    done = True
                    return
                if chunk.data is not None:
                    yield chunk.data
        except pyarrow.ArrowException as e:
            done = True
            raise _error(e, session, errors.BauplanQueryError) from None
        finally:
            if not done:
                reader.cancel()

    def catalog(self, operation: str, session: Session, **arguments: Any) -> List[Dict[str, Any]]:
        given = {name: value for name, value in arguments.items() if value is not None}
        body = {"operation": operation, "arguments": given}
        for answer in self.action("bauplan.catalog", body, session):
            return answer
        return []

    def action(self, kind: str, body: Any, session: Session) -> Iterator[Any]:
        """The answers of an action, as they come."""
        try:
            results = self._client.do_action(
                flight.Action(kind, json.dumps(body).encode()), self._options(session)
            )
            for result in results:
                yield json.loads(result.body.to_pybytes())
        except pyarrow.ArrowException as e:
            raise _error(e, session, None) from None

    def ping(self, timeout: float) -> None:
        """Raises unless an engine answers in time."""
        session = Session()
        action = flight.Action("bauplan.catalog", b'{"operation": "info", "arguments": {}}')
        try:
            list(self._client.do_action(action, self._options(session, timeout)))
        except pyarrow.ArrowException as e:
            raise _error(e, session, None) from None


def _statement(sql: str) -> bytes:
    """`google.protobuf.Any` around a `CommandStatementQuery`, whose first field is the text."""
    return _field(1, _COMMAND) + _field(2, _field(1, sql.encode()))


def _field(number: int, value: bytes) -> bytes:
    length, size = b"", len(value)
    while size > 0x7F:
        length += bytes([size & 0x7F | 0x80])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + value


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _error(
    cause: Exception, session: Session, statement: Optional[type]
) -> errors.BauplanError:
    text = _DEBUG_TEXT.sub("", str(cause))
    found = _STATE_IN_TEXT.search(text)
    state = found.group(1) if found else None
    message, _, hint = (text[found.end():] if found else text).partition("\nhint: ")
    code = _CODE_OF_STATE.get(state or "", "")
    if session.error:
        try:
            whole = json.loads(session.error)
            code, message = whole.get("code", code), whole.get("message", message)
            hint = whole.get("hint", hint)
            at = whole.get("position")
            if at:
                source = at.get("source") + ", " if at.get("source") else ""
                message += " (%sline %s, column %s)" % (source, at.get("line"), at.get("column"))
        except ValueError:
            pass  # the text alone says it as well
    if state is None and isinstance(cause, flight.FlightUnavailableError):
        return errors.BauplanConnectionError("no engine answers: " + message)
    if state is None and isinstance(cause, flight.FlightUnauthenticatedError):
        return errors.UnauthorizedError(message, "28000")
    kind = _BY_CODE.get(code, errors.BauplanHTTPError)
    if statement and not issubclass(kind, (errors.UnauthorizedError, errors.ForbiddenError)):
        kind = statement
    return kind(message, state, hint or None)
