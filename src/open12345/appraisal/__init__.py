"""Appraisal: indicators, weights, groups, exclusions, league tables, score cards."""
