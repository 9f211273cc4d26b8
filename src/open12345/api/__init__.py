"""Face for programs: orders, their actions and files over HTTP, by key or by the screens' own session."""
