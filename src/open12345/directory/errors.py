"""What the directory says when it says no."""


class DirectoryError(Exception):
    """The act was not done and nothing was changed.

    `message` is for people, `code` for programs, `field` names the wrong input ("" for none).
    """

    status = 400

    def __init__(self, message: str, *, code: str = "directory", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field


class NotEntitled(DirectoryError):
    """The person has no right to do this."""

    status = 403
