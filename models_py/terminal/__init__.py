"""What is printed, how progress is shown, and what a stop does."""
