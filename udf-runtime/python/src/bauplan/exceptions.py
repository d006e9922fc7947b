"""Errors of `bauplan.Client`. All derive from `BauplanError`."""
from typing import Optional


class BauplanError(Exception):
    """`message` says what went wrong, `hint` what to do; `sqlstate` is the error's class."""

    def __init__(
        self, message: str, sqlstate: Optional[str] = None, hint: Optional[str] = None
    ) -> None:
        super().__init__(message + ("\nhint: " + hint if hint else ""))
        self.message = message
        self.sqlstate = sqlstate
        self.hint = hint


class BauplanQueryError(BauplanError):
    """A statement failed."""


class NoResultsFoundError(BauplanQueryError):
    """A statement that gives no rows was used where rows are needed."""


class BauplanConnectionError(BauplanError):
    """No engine was reached, or none could be started."""


class InvalidPlanError(BauplanError):
    """A plan cannot be applied as it is."""


class BauplanHTTPError(BauplanError):
    """An operation on the catalog failed; `code` is HTTP's status for the kind of failure."""

    code = 400


class UnauthorizedError(BauplanHTTPError):
    code = 401


class ForbiddenError(BauplanHTTPError):
    code = 403


class ResourceNotFoundError(BauplanHTTPError):
    code = 404


class RefNotFoundError(ResourceNotFoundError):
    pass


class BranchNotFoundError(RefNotFoundError):
    pass


class TagNotFoundError(RefNotFoundError):
    pass


class NamespaceNotFoundError(ResourceNotFoundError):
    pass


class TableNotFoundError(ResourceNotFoundError):
    pass


class ConflictError(BauplanHTTPError):
    code = 409


class BranchExistsError(ConflictError):
    pass


class TagExistsError(ConflictError):
    pass


class NamespaceExistsError(ConflictError):
    pass


class NamespaceIsNotEmptyError(ConflictError):
    pass


class TableExistsError(ConflictError):
    pass


class MergeConflictError(ConflictError):
    """Both branches changed the same tables."""


class BranchHeadChangedError(ConflictError):
    """Somebody else committed to the branch in between."""


class NotAWriteBranchRefError(BauplanHTTPError):
    """A tag or a commit stands where a branch is needed."""
