"""What can be wrong with the machine rather than with the work."""


class EnvironmentProblem(Exception):
    """Something outside the program must be put right first: a folder, a port, a server.

    The command line prints `message` and `remedy` without a traceback and ends with exit code 3.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
