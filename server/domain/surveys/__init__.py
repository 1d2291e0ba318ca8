"""Rules of surveys: questions, campaigns, answers, free texts and results. Pure."""
