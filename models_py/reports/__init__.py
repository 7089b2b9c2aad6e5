"""What people read: leaderboard, answers to queries, tuning curves, checked facts."""
