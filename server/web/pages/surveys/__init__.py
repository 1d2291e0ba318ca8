"""Surveys as those who run them see them: drafts, progress, results, texts, papers."""
