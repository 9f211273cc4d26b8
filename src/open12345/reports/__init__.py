"""Reports: daily to annual papers and special briefs; every figure carries its query."""
