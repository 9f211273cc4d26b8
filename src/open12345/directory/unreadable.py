"""What is said of a file that is no table."""


class TableError(Exception):
    """The file cannot be read as a table; `remedy` says what would help."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
